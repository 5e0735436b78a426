"""Floor of the comparison: a page that answers a change with one line of text."""

import streamlit as st

from bench.peers.data import values

chosen = st.selectbox("option", list(values()))
st.markdown(f"{chosen} {sum(values()[chosen].values())}")
