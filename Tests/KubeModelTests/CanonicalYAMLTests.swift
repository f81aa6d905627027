import Foundation
@testable import KubeModel
import Testing

@Suite struct CanonicalYAMLTests {
  /// A small generator, so that a failure can be made again from its seed.
  struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  static let strings = [
    "", "a", "on", "yes", "Null", "~", "1e3", "0123", "0x1f", "12:30", "1_000", ".inf", ".5", "-", "- a",
    "a: b", "a #b", "#", "a:", " lead", "trail ", "2001-01-01", "=", "<<", "*x", "&x", "!x", "%", "@", "`",
    "'", "\"", "\\", "a\nb", "a\nb\n", "a\n\n", "\na", "  x\ny", "a\n  b\nc", "\u{85}", "\u{FEFF}x",
    "\u{2028}", "\u{200B}z", "\u{E0001}", "\u{1B}[31m", "tab\there", "a\tb\nc", "é", "日本", "🦊", "\r\n", "{}", "[]", "10.0.0.0/8",
    "---", "...", "a\n \nb", "k: |\n  x", "y", "n", "NO", "?", "? a", "|", ">", "x\u{202E}y", "\u{7F}",
    String(repeating: "k", count: 1_500),
  ]

  func value(_ random: inout Random, depth: Int) -> Value {
    switch Int.random(in: 0..<(depth > 3 ? 6 : 9), using: &random) {
    case 0: return .null
    case 1: return .bool(.random(using: &random))
    case 2: return .int(Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random))
    case 3: return .double([0.5, -0.0, 1e21, 1e-7, 500.5, 3, 1.5e300].randomElement(using: &random) ?? 0)
    case 4, 5: return .string(CanonicalYAMLTests.strings.randomElement(using: &random) ?? "")
    case 6, 7:
      return .map(
        Mapping(
          (0..<Int.random(in: 0..<4, using: &random)).map { _ in
            (
              CanonicalYAMLTests.strings.randomElement(using: &random) ?? "",
              value(&random, depth: depth + 1)
            )
          }))
    default:
      return .list(
        (0..<Int.random(in: 0..<4, using: &random)).map { _ in value(&random, depth: depth + 1) })
    }
  }

  @Test func `what is printed reads back as the same value`() throws {
    for seed in 0..<2_000 as Range<UInt64> {
      var random = Random(state: seed)
      let original: Value = .map(Mapping([("x", value(&random, depth: 0))]))
      let bytes = CanonicalYAML.bytes(of: original)
      #expect(CanonicalYAML.canonicalValue(of: bytes) == original, "seed \(seed)\n\(String(decoding: bytes, as: UTF8.self))")
      // libyaml drops a byte order mark even where it is escaped.
      guard !bytes.containsEscapedByteOrderMark else { continue }
      let (documents, problems) = YAMLReader.documents(bytes)
      #expect(problems.isEmpty, "seed \(seed): \(problems)\n\(String(decoding: bytes, as: UTF8.self))")
      #expect(documents.first?.value == original, "seed \(seed)\n\(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test func `text that only looks canonical is not read as if it were`() {
    for text in [
      "a: yes\n", "a: 0x1f\n", "a: 012\n", "a: 1.50\n", "a: 'x'\n", "a:  1\n", "a: 1", "a: 1 # one\n", "a: &x 1\n",
      "a: 1\na: 2\n", "a:\n   b: 1\n", "a: [1]\n", "- a\n -  b\n", "a: >\n  x\n", "---\na: 1\n", "a: \"\\q\"\n",
    ] {
      #expect(CanonicalYAML.canonicalValue(of: Array(text.utf8)) == nil, "\(text)")
    }
    #expect(CanonicalYAML.value(of: Array("a: 'x' # by hand\n".utf8)) == ["a": "x"])
  }

  @Test func `every awkward string survives as a value, a key and a list element`() {
    for string in CanonicalYAMLTests.strings {
      let original: Value = .map(
        Mapping([("k", .string(string)), ("l", [.string(string), [.string(string)]]), ("m" + string, 1)]))
      let bytes = CanonicalYAML.bytes(of: original)
      #expect(CanonicalYAML.canonicalValue(of: bytes) == original, "\(string.debugDescription)")
      guard !bytes.containsEscapedByteOrderMark else { continue }
      let read = YAMLReader.documents(bytes)
      #expect(read.documents.first?.value == original, "\(string.debugDescription) \(read.problems)")
    }
  }

  @Test func `apiVersion, kind and metadata come first and empties stay`() {
    let value: Value = [
      "spec": ["ingress": [[:]], "podSelector": [:], "egress": []], "kind": "NetworkPolicy",
      "metadata": ["name": "a"], "apiVersion": "networking.k8s.io/v1", "data": 1,
    ]
    #expect(
      CanonicalYAML.string(of: value) == """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata:
          name: a
        data: 1
        spec:
          egress: []
          ingress:
          - {}
          podSelector: {}

        """)
  }
}

extension [UInt8] {
  fileprivate var containsEscapedByteOrderMark: Bool {
    String(decoding: self, as: UTF8.self).contains("\\uFEFF")
  }
}
