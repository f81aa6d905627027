import Testing

@Suite struct SourceRuleTests {
  static let longest = 400

  /// Whether a line of code stops the program where it could tell an error.
  ///
  /// A scan, not a parser: a `!` right after a name, a bracket or a quote unwraps by force; before one it
  /// negates, and before `=` it compares. `as!` and `try!` are caught as words.
  static func trap(in code: String) -> String? {
    for word in ["try!", "as!", "fatalError(", "preconditionFailure(", "unsafelyUnwrapped"] where code.contains(word) {
      return word
    }
    let bytes = Array(code.utf8)
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "!") && index > 0 {
      let before = bytes[index - 1]
      let isAfterValue =
        Unicode.Scalar(before).properties.isAlphabetic || (0x30...0x39).contains(before)
        || before >= 0x80 || ")]}_`\"?".utf8.contains(before)
      let isComparison = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "=")
      if isAfterValue && !isComparison { return "!" }
    }
    return nil
  }

  @Test func `no source unwraps by force or stops the program`() throws {
    for file in try SourceFile.all(in: "Sources") {
      for (index, line) in file.code.enumerated() {
        let trap = SourceRuleTests.trap(in: line)
        #expect(
          trap == nil,
          """
          \(file.path):\(index + 1): '\(trap ?? "")' stops the program; throw an error, or give the case a value. \
          The scan takes a ! right after a name or a bracket for a forced unwrap: put a space before a negation.
          """)
      }
    }
  }

  @Test(arguments: [
    "let a = b!", "b!.c", "f()!", "a[0]!", "try! f()", "x as! Int", "fatalError()", "fatalError(\"x\")", "var a: Int!",
    "a?.b!", "`is`!",
  ])
  func `the scan finds what it looks for`(_ line: String) {
    #expect(SourceRuleTests.trap(in: line) != nil)
  }

  @Test(arguments: [
    "if !a { b }", "a != b", "a!=b", "return !(a || b)", "[!a, !b]", "f(!a)", "try? f()", "x as? Int", "a ? !b : c",
  ])
  func `the scan leaves negations and comparisons alone`(_ line: String) {
    #expect(SourceRuleTests.trap(in: line) == nil)
  }

  @Test func `what stands in comments and strings is no code`() {
    let text = ##"""
      let a = "b!" // c!
      let d = #"e! \("# + "\(f(g!))" /* h! /* i! */ j! */
      let k = """
        l! "quoted" \(m("n!")) \" o!
        """
      let p = q!
      """##
    let traps = SourceFile(path: "", text: text).code.map { SourceRuleTests.trap(in: $0) != nil }
    #expect(traps == [false, true, false, false, false, true])
  }

  @Test func `no source file is over 400 lines long`() throws {
    for folder in ["Sources", "Tests"] {
      for file in try SourceFile.all(in: folder) {
        #expect(
          file.lines.count <= SourceRuleTests.longest,
          "\(file.path) has \(file.lines.count) lines; a type with so much to do is two types")
      }
    }
  }

  @Test func `no file is named for what has no name`() throws {
    for folder in ["Sources", "Tests"] {
      for file in try SourceFile.all(in: folder) {
        let name = file.path.split(separator: "/").last ?? ""
        for word in ["Util", "Helper", "Manager", "Misc", "Common.swift"] {
          #expect(!name.contains(word), "\(file.path): name the file for the type that it holds")
        }
      }
    }
  }
}
