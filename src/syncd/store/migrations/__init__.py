"""How the tables came to be, one numbered step per file in `versions`; `syncd.store.schema` runs them."""
