import AmbitKit
import ClusterReader
import KubeModel
import SnapshotStore
import Testing

/// Damaged answers and files: whatever is wrong with them, no object is recorded as deleted.
@Suite struct DamagedInputTests {
  let fixture: StoreFixture

  init() throws {
    fixture = try StoreFixture()
    try fixture.record([namespaces, list("NetworkPolicy", "networking.k8s.io/v1", policy("a"), policy("b"))])
  }

  private let namespaces = list("Namespace", "v1", namespace("kube-system"), namespace("shop"))

  /// Policies as a server lists them, with `metadata` and `items` as they are given.
  private func policies(metadata: String = #"{"resourceVersion":"9"}"#, items: String) -> String {
    #"{"kind":"NetworkPolicyList","apiVersion":"networking.k8s.io/v1","metadata":\#(metadata),"items":\#(items)}"#
  }

  /// Records what is given, if it can be recorded, and gives the policies that are left.
  private func recorded(_ input: String) throws -> (isIntact: Bool, policies: Int) {
    var isIntact = false
    do {
      let reading = try FileReader.read(
        InputFiles(name: "input", bytes: Array((namespaces + "\n" + input).utf8)), options: .init())
      isIntact = reading.isIntact
      try fixture.record(reading)
    } catch let error as ClusterReaderError {
      #expect(error.failure == .badInput)
    }
    return (isIntact, try fixture.objects().count { $0.contains("networkpolicies") })
  }

  @Test(arguments: ["{}", "\"x\"", "5", "true", "null"])
  func `items that are no list`(_ items: String) throws {
    let result = try recorded(policies(items: items))
    #expect(!result.isIntact && result.policies == 2)
  }

  @Test(arguments: [
    "null", "\"x\"", "5", "[]", "{}", #"{"metadata":[]}"#, #"{"metadata":{"name":5}}"#, #"{"metadata":{"name":""}}"#,
    #"{"kind":null,"metadata":{"name":"b","namespace":"shop"}}"#, #"{"kind":"NetworkPolicx","metadata":{"name":"b","namespace":"shop"}}"#,
    #"{"kind":"Secret","metadata":{"name":"b","namespace":"shop"},"data":{}}"#,
    #"{"apiVersion":"networking.k8s.io","metadata":{"name":"b","namespace":"shop"}}"#,
    #"{"metadata":{"name":"b","namespace":5}}"#, #"{"metadata":{"name":"b","namespace":"shop","labels":{"x":1}}}"#,
  ])
  func `an item of a list that cannot be used`(_ item: String) throws {
    let result = try recorded(policies(items: "[\(policy("a")),\(item)]"))
    #expect(!result.isIntact && result.policies == 2)
  }

  @Test(arguments: [
    "null", "{}", #"{"apiVersion":"networking.k8s.io/v1","metadata":{"name":"b","namespace":"shop"},"spec":{}}"#,
    #"{"kind":"NetworkPolicy","metadata":{"name":"b","namespace":"shop"},"spec":{}}"#,
  ])
  func `an item of a List of many kinds that does not tell its kind`(_ item: String) throws {
    let first = #"{"kind":"NetworkPolicy","apiVersion":"networking.k8s.io/v1","metadata":{"name":"a","namespace":"shop","uid":"1"},"spec":{"podSelector":{}}}"#
    let result = try recorded(#"{"kind":"List","apiVersion":"v1","items":[\#(first),\#(item)]}"#)
    #expect(!result.isIntact && result.policies == 2)
  }

  @Test(arguments: [
    #"{"resourceVersion":"9","continue":"abc"}"#, #"{"resourceVersion":"9","continue":5}"#,
    #"{"resourceVersion":"9","continue":"","remainingItemCount":"1"}"#, #"{"resourceVersion":"9","remainingItemCount":-5}"#,
    #"{"resourceVersion":"9","remainingItemCount":9223372036854775807}"#, #"{"resourceVersion":"9","remainingItemCount":1}"#,
  ])
  func `a page that does not tell what follows it`(_ metadata: String) throws {
    let result = try recorded(policies(metadata: metadata, items: "[\(policy("a"))]"))
    #expect(!result.isIntact && result.policies == 2)
  }

  @Test func `a first page and the last, without the one between`() throws {
    let first = policies(metadata: #"{"resourceVersion":"9","continue":"abc"}"#, items: "[\(policy("a"))]")
    #expect(try recorded(first + policies(items: "[]")).policies == 2)
  }

  @Test(arguments: ["}", ", {\"x\": 1}", " garbage", " {\"kind\": [", "\n---\nkind: ["])
  func `a list that ends too early, and what is left of it`(_ rest: String) throws {
    let result = try recorded(policies(items: "[\(policy("a"))]") + rest)
    #expect(!result.isIntact && result.policies == 2)
  }

  @Test func `a refusal that does not say of what`() throws {
    let refusal = #"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403}"#
    #expect(try recorded(refusal).policies == 2)
  }

  @Test func `one object is not a list of its kind`() throws {
    let one = #"{"kind":"NetworkPolicy","apiVersion":"networking.k8s.io/v1","metadata":{"name":"a","namespace":"shop","uid":"1"},"spec":{"podSelector":{}}}"#
    let result = try recorded(one)
    #expect(result.isIntact && result.policies == 2)
  }

  @Test(arguments: [
    #"{"metadata":{"name":"networking.k8s.io"},"versions":null}"#, #"{"metadata":{"name":"networking.k8s.io"},"versions":[]}"#,
    #"{"metadata":{"name":"networking.k8s.io"},"versions":[{"version":"v1","resources":null}]}"#,
    #"{"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[]}]}"#,
  ])
  func `a saved discovery that lacks what every server has`(_ group: String) throws {
    #expect(try recorded(#"{"kind":"APIGroupDiscoveryList","items":[\#(group)]}"#).policies == 2)
  }
}
