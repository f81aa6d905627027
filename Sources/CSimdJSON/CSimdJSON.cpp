#include "CSimdJSON.h"

#include <new>
#include <simdjson.h>

struct AmbitJSON {
  simdjson::dom::parser parser;
};

extern "C" {

AmbitJSON *ambit_json_create(void) { return new (std::nothrow) AmbitJSON(); }

void ambit_json_free(AmbitJSON *parser) { delete parser; }

int ambit_json_parse(AmbitJSON *parser, const uint8_t *bytes, size_t length, size_t max_depth) {
  // The depth is part of the allocation, which parse() only grows.
  if (parser->parser.capacity() < length || parser->parser.max_depth() != max_depth) {
    simdjson::error_code code = parser->parser.allocate(length < 32 ? 32 : length, max_depth);
    if (code) return code;
  }
  return parser->parser.parse(bytes, length, true).error();
}

const char *ambit_json_message(int code) {
  return simdjson::error_message(static_cast<simdjson::error_code>(code));
}

const uint64_t *ambit_json_tape(const AmbitJSON *parser) { return parser->parser.doc.tape.get(); }

const uint8_t *ambit_json_strings(const AmbitJSON *parser) {
  return parser->parser.doc.string_buf.get();
}
}
