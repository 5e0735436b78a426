"""pydeck: a GeoJsonLayer with a colour per subdistrict."""

import pydeck
import streamlit as st

from bench.peers.data import polygons, values

SHADES = [[255, 255, 204], [161, 218, 180], [65, 182, 196], [44, 127, 184], [37, 52, 148]]

st.set_page_config(layout="wide")
chosen = st.selectbox("option", list(values()))
counts = values()[chosen]
features = []
for feature in polygons()["features"]:
    number = counts.get(feature["properties"]["c"], 0)
    features.append(
        feature | {"properties": feature["properties"] | {"agencies": number, "fill": SHADES[min(number, 4)]}}
    )
layer = pydeck.Layer(
    "GeoJsonLayer",
    {"type": "FeatureCollection", "features": features},
    get_fill_color="properties.fill",
    get_line_color=[90, 100, 110],
    line_width_min_pixels=1,
    pickable=True,
)
start = pydeck.ViewState(latitude=8.5, longitude=99.85, zoom=8)
st.pydeck_chart(
    pydeck.Deck(layers=[layer], initial_view_state=start, map_style=None, tooltip={"text": "{n} {agencies}"}),
    height=680,
)
