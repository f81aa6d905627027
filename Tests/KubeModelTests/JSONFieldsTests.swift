import KubeModel
import Testing

@Suite struct JSONFieldsTests {
  private static let keys = JSONKeys(["kind", "verb", "stage", "", "é"])

  private func fields(_ text: String, _ body: (JSONFields) -> Void) throws {
    var fields = JSONFields(JSONFieldsTests.keys)
    fields.read(try JSONDocument(Array(text.utf8)).root)
    body(fields)
  }

  @Test func `values are found whatever stands between them`() throws {
    try fields(#"{"x":{"kind":"no"},"verb":"get","y":[1,{"verb":2}],"n":1.5,"stage":null,"":true,"\u00e9":[]}"#) { fields in
      #expect(fields[0] == nil)
      #expect(fields[1]?.string == "get")
      #expect(fields[2] == nil)
      #expect(fields[3]?.bool == true)
      #expect(fields[4]?.elements != nil)
      #expect(fields.duplicate == nil)
    }
  }

  @Test func `a key that is given twice is told`() throws {
    try fields(#"{"verb":"get","verb":"delete","x":1,"x":2}"#) { #expect($0.duplicate == 1) }
  }

  @Test(arguments: ["[1,2]", "null", "{}", #""kind""#])
  func `what is no mapping, or has none of the keys, has no values`(_ text: String) throws {
    try fields(text) { fields in #expect((0..<5).allSatisfy { fields[$0] == nil }) }
  }

  @Test func `a document reads another in place of the one before`() throws {
    let document = try JSONDocument()
    for text in [#"{"a":1}"#, #"[{"a":[1,2,3]},"a longer document than the one before"]"#, "7"] {
      let value = try Array(text.utf8).withUnsafeBufferPointer { try document.read($0)?.value() }
      #expect(value == (try JSONReader.value(Array(text.utf8))))
    }
    #expect(Array("{".utf8).withUnsafeBufferPointer { document.read($0)?.isMap } == nil)
  }
}
