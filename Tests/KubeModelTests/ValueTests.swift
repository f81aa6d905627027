import KubeModel
import Testing

@Suite struct ValueTests {
  /// One letter in two spellings: `String` takes them for one, servers for two.
  let composed = "\u{E9}"
  let decomposed = "e\u{301}"

  @Test func `integers, floats and strings are three things`() {
    #expect(Value.int(80) != .double(80))
    #expect(Value.int(80) != .string("80"))
    #expect(Value.double(0.0) != .double(-0.0))
    #expect(Value.list([]) != .map(Mapping()))
    #expect(Value.null != .map(Mapping()))
  }

  @Test func `strings are compared by their bytes`() {
    #expect(composed == decomposed)
    #expect(Value.string(composed) != .string(decomposed))
  }

  @Test func `a mapping keeps keys apart that differ in their bytes, in any order`() {
    for keys in [["z", composed, decomposed, "a"], ["a", decomposed, "z", composed]] {
      let mapping = Mapping(keys.map { ($0, .string($0)) })
      #expect(mapping.count == 4)
      #expect(mapping[composed] == .string(composed))
      #expect(mapping[decomposed] == .string(decomposed))
      #expect(mapping.keys.map { Array($0.utf8) } == [[0x61], [0x65, 0xCC, 0x81], [0x7A], [0xC3, 0xA9]])
    }
  }

  @Test func `of equal keys the last one wins`() {
    #expect(Mapping([("b", 1), ("a", 2), ("b", 3)]) == Mapping([("a", 2), ("b", 3)]))
    #expect(Mapping([("a", 1), ("a", 2)])["a"] == 2)
  }

  @Test func `entries are set, replaced and removed in order`() {
    var mapping = Mapping([("b", 1)])
    mapping["c"] = 3
    mapping["a"] = 2
    mapping["b"] = nil
    mapping["zzz"] = nil
    mapping["c"] = 4
    #expect(mapping.keys == ["a", "c"])
    #expect(mapping["c"] == 4)
    #expect(mapping["b"] == nil)
  }

  @Test func `a path of keys ends where a step is missing`() {
    let value: Value = ["a": ["b": 1]]
    #expect(value[["a", "b"]] == 1)
    #expect(value[["a", "x", "b"]] == nil)
    #expect(value[["a", "b", "c"]] == nil)
    #expect(value[[]] == value)
  }

  @Test func `JSON escapes what a terminal or a page could take for something else`() {
    #expect(
      JSONWriter.string(of: "<a>&\u{1B}[31m\u{202E}\u{61C}\u{200F}\u{2028}\u{FEFF}é\n")
        == #""\u003ca\u003e\u0026\u001b[31m\u202e\u061c\u200f\u2028\ufeffé\n""#)
    #expect(JSONWriter.string(of: ["b": [], "a": [:]]) == "{\n  \"a\": {},\n  \"b\": []\n}")
  }
}
