"""The tutorial pattern: folium.Choropleth redrawn for each change, st_folium with its defaults."""

import folium
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from bench.peers.data import polygons, values, view

st.set_page_config(layout="wide")
chosen = st.selectbox("option", list(values()))
table = pd.DataFrame(values()[chosen].items(), columns=["code", "agencies"])
latitude, longitude, zoom = view()
drawn = folium.Map(location=[latitude, longitude], zoom_start=int(zoom))
layer = folium.Choropleth(
    geo_data=polygons(),
    data=table,
    columns=["code", "agencies"],
    key_on="feature.properties.c",
    fill_color="YlGnBu",
    legend_name="agencies",
)
layer.geojson.add_child(folium.GeoJsonTooltip(["n", "d"]))
layer.add_to(drawn)
back = st_folium(drawn, width=1200, height=680)
clicked = (back.get("last_active_drawing") or {}).get("properties", {})
if clicked:
    st.subheader(f"{clicked['n']} {clicked['c']}: {values()[chosen].get(clicked['c'], 0)}")
