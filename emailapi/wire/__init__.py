"""
Conversion between our names and values and those of the service's JSON and query parameters.

The service's name of a field is its name here in PascalCase (`message_stream`, `MessageStream`). The annotation of any
other field carries a `Wire` mark. No other code converts names.
"""

from .arguments import write_body
from .codec import read, read_rows, write
from .dates import EASTERN_NAME, eastern_date, eastern_day, parse_date, parse_day, write_from_date, write_to_date
from .json_text import Base64, dump_json, dump_text, load_json
from .lenient import read_leniently
from .names import NOT_ON_WIRE, Wire, wire_names
from .query import write_query
from .values import check_surrogates, enum_member, is_lazy_text, json_value

__all__ = [
    "Base64",
    "EASTERN_NAME",
    "NOT_ON_WIRE",
    "Wire",
    "check_surrogates",
    "dump_json",
    "dump_text",
    "eastern_date",
    "eastern_day",
    "enum_member",
    "is_lazy_text",
    "json_value",
    "load_json",
    "parse_date",
    "parse_day",
    "read",
    "read_leniently",
    "read_rows",
    "wire_names",
    "write",
    "write_body",
    "write_from_date",
    "write_query",
    "write_to_date",
]
