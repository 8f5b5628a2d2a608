"""Language models: one seam to any of them, whatever they are asked for.

- `model`: the protocol, what is asked and what is answered.
- `endpoint`, `llama_cpp`: a model behind an address, or in this process.
- `account`: what is spent, counted by purpose and held to a budget; `cache`: what was answered.
- `opening`: from options to a model with all of these.

What an answer has to say, and whether it may be believed, is the business of whoever asks. It does
not know items, evidence or settings.
"""
