import KubeModel
import Testing

@Suite struct NearMissTests {
  let words = ["netpol", "networkpolicies", "namespaces", "nodes", "cis-1.12", "cis-1.9"]

  @Test(arguments: [
    ("netpoll", "netpol"), ("NETPOL", "netpol"), ("namespace", "namespaces"), ("nods", "nodes"),
    ("cis-1.8", "cis-1.9"), ("networkpolicy", "networkpolicies"),
  ])
  func `a typing error finds its word`(_ given: (word: String, meant: String)) {
    #expect(NearMiss.of(given.word, among: words) == given.meant)
    #expect(NearMiss.suffix(given.word, among: words) == "; did you mean '\(given.meant)'?")
  }

  @Test(arguments: ["", "pods", "xyz", "zzzzzzzzz", String(repeating: "q", count: 1_000)])
  func `a word that is near to nothing finds nothing`(_ word: String) {
    #expect(NearMiss.of(word, among: words) == nil)
    #expect(NearMiss.suffix(word, among: words) == "")
  }

  @Test func `the nearest wins, and of two the first by name`() {
    #expect(NearMiss.of("abcdef", among: ["abcdxx", "abcdex"]) == "abcdex")
    #expect(NearMiss.of("cis-1", among: ["cis-3", "cis-2"]) == "cis-2")
    #expect(NearMiss.of("anything", among: []) == nil)
  }
}
