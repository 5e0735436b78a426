"""plotly: px.choropleth on the same polygons."""

import pandas as pd
import plotly.express as px
import streamlit as st

from bench.peers.data import polygons, values

st.set_page_config(layout="wide")
chosen = st.selectbox("option", list(values()))
table = pd.DataFrame(values()[chosen].items(), columns=["code", "agencies"])
figure = px.choropleth(
    table,
    geojson=polygons(),
    locations="code",
    featureidkey="properties.c",
    color="agencies",
    color_continuous_scale="YlGnBu",
    height=680,
)
figure.update_geos(fitbounds="locations", visible=False)
st.plotly_chart(figure)
