"""Areas of a province: its published facts and boundary file (``facts``), and the register of areas over time."""
