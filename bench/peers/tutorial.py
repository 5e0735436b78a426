"""The tutorial pattern: folium.Choropleth drawn anew for each change, st_folium with its defaults."""

import folium
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from bench.peers.data import polygons, values

st.set_page_config(layout="wide")
chosen = st.selectbox("option", list(values()))
table = pd.DataFrame(values()[chosen].items(), columns=["code", "agencies"])
west, south, east, north = 99.25, 7.75, 100.45, 9.35
drawn = folium.Map(location=[(south + north) / 2, (west + east) / 2], zoom_start=9)
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
