"""
The template language of the service (contract section 8): parsing, rendering, suggested models and inlined CSS.

    parsed = parse("Hello {{name}}")
    parsed.errors  # ()
    render(parsed, {"name": "Jane"})  # "Hello Jane"
    suggested_model([parsed])  # {"name": "name_Value"}
"""
