"""What the benches share: servers and a browser with a meter (stage), a browser's half of the conversation (client)."""
