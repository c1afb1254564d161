"""The compute plan: model, training, memory and GPUs, serving, and what they cost over 36 months."""
