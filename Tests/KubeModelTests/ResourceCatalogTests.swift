import KubeModel
import Testing

@Suite struct ResourceCatalogTests {
  @Test func `Secrets and ConfigMaps are in no catalogue`() {
    for kind in ["Secret", "ConfigMap", "SealedSecret", "ExternalSecret"] {
      #expect(!ResourceCatalog.all.contains { $0.kind == kind })
      for group in ["", "v1", "bitnami.com", "external-secrets.io"] {
        #expect(ResourceCatalog.type(group: group, kind: kind) == nil)
      }
    }
    #expect(!ResourceCatalog.all.contains { $0.resource.contains("secret") })
    #expect(ResourceCatalog.type(group: "", resource: "secrets") == nil)
    #expect(ResourceCatalog.type(named: "secret") == nil)
  }

  @Test func `no two types share a resource or a kind within a group`() {
    let resources = ResourceCatalog.all.map(\.qualifiedName)
    #expect(Set(resources).count == resources.count)
    let kinds = ResourceCatalog.all.map { "\($0.group)/\($0.kind)" }
    #expect(Set(kinds).count == kinds.count)
    let names = ResourceCatalog.all.flatMap(\.shortNames) + ResourceCatalog.workloads.shortNames
    #expect(Set(names).count == names.count)
  }

  @Test func `users name types as they do in kubectl`() {
    let policies = ResourceCatalog.networkPolicies
    for word in ["netpol", "networkpolicies", "NetworkPolicy", "networkpolicies.networking.k8s.io"] {
      #expect(ResourceCatalog.type(named: word) == policies)
    }
    #expect(ResourceCatalog.type(named: "networkpolicies.projectcalico.org")?.group == "projectcalico.org")
    #expect(ResourceCatalog.type(named: "nonsense") == nil)
  }

  @Test func `Calico's two groups are one`() {
    let stored = ResourceCatalog.type(group: "crd.projectcalico.org", kind: "NetworkPolicy")
    #expect(stored != nil)
    #expect(stored == ResourceCatalog.type(group: "projectcalico.org", kind: "NetworkPolicy"))
    #expect(stored != ResourceCatalog.networkPolicies)
  }

  @Test func `policies of other projects are told apart by group and kind`() {
    let antrea = ResourceCatalog.type(group: "crd.antrea.io", kind: "NetworkPolicy")
    #expect(antrea?.role == .unmodelledPolicy)
    #expect(antrea?.qualifiedName == "networkpolicies.crd.antrea.io")
    #expect(ResourceCatalog.type(group: "example.com", kind: "ClusterNetworkPolicy")?.isNamespaced == false)
    #expect(ResourceCatalog.type(group: "security.istio.io", kind: "AuthorizationPolicy")?.isPolicy == true)
    #expect(ResourceCatalog.type(group: "example.com", kind: "StagedNetworkPolicy") == nil)
    #expect(ResourceCatalog.type(group: "", kind: "NetworkPolicy") == nil)
    #expect(ResourceCatalog.type(group: "kyverno.io", kind: "ClusterPolicy") == nil)
  }
}
