"""The trained network, which parses questions and judges evidence, and its parameters."""
