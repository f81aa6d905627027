import KubeModel
import Testing

@Suite struct DocumentReaderTests {
  private func read(_ text: String) -> (values: [Value], lines: [Int?], problems: [ParseProblem]) {
    let (documents, problems) = DocumentReader.documents(Array(text.utf8))
    return (documents.map(\.value), documents.map(\.line), problems)
  }

  @Test func `JSON values that follow each other are documents of their own`() {
    let found = read("{\"a\": 1}\n{\"b\":\n\"}{\\\"\"} [3]\n")
    #expect(found.values == [["a": 1], ["b": "}{\""], [3]])
    #expect(found.lines == [1, 2, 3])
    #expect(found.problems.isEmpty)
  }

  @Test func `markers of YAML may stand between JSON values, and YAML may follow`() {
    let found = read("{\"a\": 1}\n---\n{\"b\": 2}\n---\nc: 3\n---\nd: 4\n")
    #expect(found.values == [["a": 1], ["b": 2], ["c": 3], ["d": 4]])
    #expect(found.lines == [1, 3, 5, 7])
  }

  @Test func `a broken value costs no other`() {
    let found = read("{\"a\": 1}\n{\"b\":\n tru}\n{\"c\": 3}")
    #expect(found.values == [["a": 1], ["c": 3]])
    #expect(found.problems.map(\.line) == [3])
  }

  @Test func `a value that breaks off is told with its line`() {
    #expect(read("{\"a\": 1}\n{\"b\":\n [1").problems.map(\.line) == [3])
    #expect(read("{\"b\":\n [1").problems.map(\.line) == [2])
  }

  @Test func `a file with one value or none is read as before`() {
    #expect(read("{\"a\": 1}").lines == [nil])
    #expect(read("a: 1").values == [["a": 1]])
    #expect(read("{\"a\": 1}\n---\n").values == [["a": 1]])
    #expect(read("").values.isEmpty)
    #expect(read("{").problems.count == 1)
  }
}
