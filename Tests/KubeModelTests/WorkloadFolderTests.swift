import KubeModel
import Testing

@Suite struct WorkloadFolderTests {
  /// Folds objects; the only place that knows how the folder is called.
  func fold(_ objects: [String], selecting others: [String] = []) throws -> [String: KubeObject] {
    var folder = WorkloadFolder()
    for object in objects { folder.add(try KubeObject(yaml: object)) }
    for other in others { folder.keep(noise: WorkloadFolder.noise(usedBy: try KubeObject(yaml: other))) }
    return Dictionary(
      folder.results().map { ($0.object.name, $0.object) }, uniquingKeysWith: { first, _ in first })
  }

  func workload(_ object: KubeObject?) throws -> Workload { try #require(object.flatMap(Workload.init)) }

  func owned(_ kind: String, _ name: String) -> String {
    let group = ["Job", "CronJob"].contains(kind) ? "batch" : "apps"
    return "ownerReferences: [{apiVersion: \(group)/v1, kind: \(kind), name: \(name), controller: true, uid: u}]"
  }

  func pod(_ name: String, _ metadata: String = "", spec: String = "", phase: String? = "Running") -> String {
    let status = phase.map { ", status: {phase: \($0)}" } ?? ""
    return """
      {apiVersion: v1, kind: Pod, metadata: {name: \(name), namespace: shop, \(metadata)},
       spec: {\(spec)}\(status)}
      """
  }

  let deployment = """
    {apiVersion: apps/v1, kind: Deployment, metadata: {name: api, namespace: shop, uid: d1, labels: {team: a}},
     spec: {selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {}}}}
    """

  func replicaSet(_ name: String, replicas: Int) -> String {
    """
    {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: \(name), namespace: shop, \(owned("Deployment", "api"))},
     spec: {replicas: \(replicas), template: {metadata: {labels: {app: api, pod-template-hash: x1}}, spec: {}}}}
    """
  }

  @Test func `pods are folded through their ReplicaSet into the Deployment`() throws {
    let folded = try fold([
      deployment, replicaSet("api-x1", replicas: 2),
      pod("api-x1-a", "labels: {app: api, pod-template-hash: x1}, \(owned("ReplicaSet", "api-x1"))"),
      pod("api-x1-b", "labels: {app: api, pod-template-hash: x1}, \(owned("ReplicaSet", "api-x1"))"),
    ])
    #expect(folded.keys.sorted() == ["deployment.api"])
    let workload = try workload(folded["deployment.api"])
    #expect(workload.title == "Deployment/api")
    #expect(workload.namespace == "shop")
    #expect(workload.variants.map(\.labels) == [["app": "api"]])
    #expect(workload.variants.map(\.isRunning) == [true])
    #expect(workload.object.uid == "d1")
    #expect(workload.object.labels == ["team": "a"])
  }

  @Test func `a template without pods is kept and marked as not running`() throws {
    let workload = try workload(try fold([deployment])["deployment.api"])
    #expect(workload.variants.map(\.labels) == [["app": "api"]])
    #expect(workload.variants.map(\.isRunning) == [false])
  }

  @Test func `pods of a rollout that differ from the template are told apart`() throws {
    let folded = try fold([
      deployment, replicaSet("api-x1", replicas: 1),
      pod("old", "labels: {app: api, version: '1'}, \(owned("ReplicaSet", "api-x1"))"),
    ])
    let variants = try workload(folded["deployment.api"]).variants
    #expect(variants.count == 2)
    #expect(variants.first { $0.isRunning }?.labels == ["app": "api", "version": "1"])
    #expect(variants.first { !$0.isRunning }?.labels == ["app": "api"])
  }

  @Test func `a Job and its pods are folded into the CronJob`() throws {
    let folded = try fold([
      """
      {apiVersion: batch/v1, kind: CronJob, metadata: {name: backup, namespace: shop}, spec: {jobTemplate: {spec: {
       template: {metadata: {labels: {app: backup}}, spec: {}}}}}}
      """,
      """
      {apiVersion: batch/v1, kind: Job, metadata: {name: backup-1, namespace: shop, \(owned("CronJob", "backup"))},
       spec: {template: {metadata: {labels: {app: backup, job-name: backup-1, controller-uid: u}}, spec: {}}}}
      """, pod("backup-1-x", "labels: {app: backup, job-name: backup-1}, \(owned("Job", "backup-1"))"),
    ])
    #expect(folded.keys.sorted() == ["cronjob.backup"])
    let workload = try workload(folded["cronjob.backup"])
    #expect(workload.variants.map(\.labels) == [["app": "backup"]])
    #expect(workload.variants.map(\.isRunning) == [true])
  }

  @Test func `a CronJob between two runs is kept, a Job that is done is not`() throws {
    let folded = try fold([
      """
      {apiVersion: batch/v1, kind: CronJob, metadata: {name: backup, namespace: shop}, spec: {jobTemplate: {spec: {
       template: {metadata: {labels: {app: backup}}, spec: {}}}}}}
      """,
      """
      {apiVersion: batch/v1, kind: Job, metadata: {name: once, namespace: shop},
       spec: {template: {metadata: {labels: {app: once}}, spec: {}}},
       status: {conditions: [{type: Complete, status: 'True'}]}}
      """,
    ])
    #expect(folded.keys.sorted() == ["cronjob.backup"])
    #expect(try workload(folded["cronjob.backup"]).variants.map(\.isRunning) == [false])
  }

  @Test func `pods that are finished are left out`() throws {
    #expect(try fold([pod("done", phase: "Succeeded"), pod("broken", phase: "Failed")]).isEmpty)
    #expect(try fold([pod("waiting", phase: "Pending")]).keys.sorted() == ["pod.waiting"])
  }

  @Test func `the ReplicaSet of an earlier rollout adds nothing`() throws {
    #expect(try fold([replicaSet("api-old", replicas: 0)]).isEmpty)
    #expect(try fold([replicaSet("api-x1", replicas: 1)]).keys.sorted() == ["deployment.api"])
  }

  @Test func `a noise label goes, unless a selector uses it`() throws {
    let objects = [
      pod("web-0", "labels: {app: web, statefulset.kubernetes.io/pod-name: web-0}, \(owned("StatefulSet", "web"))"),
      pod("web-1", "labels: {app: web, statefulset.kubernetes.io/pod-name: web-1}, \(owned("StatefulSet", "web"))"),
    ]
    #expect(try workload(try fold(objects)["statefulset.web"]).variants.map(\.labels) == [["app": "web"]])
    for selecting in [
      "{kind: NetworkPolicy, spec: {podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: web-0}}}}",
      "{kind: NetworkPolicy, spec: {selector: \"statefulset.kubernetes.io/pod-name == 'web-0'\"}}",
      "{kind: CiliumNetworkPolicy, specs: [{endpointSelector: {matchLabels: {'k8s:statefulset.kubernetes.io/pod-name': web-0}}}]}",
    ] {
      let variants = try workload(try fold(objects, selecting: [selecting])["statefulset.web"]).variants
      #expect(Set(variants.map { $0.labels["statefulset.kubernetes.io/pod-name"] }) == ["web-0", "web-1"])
    }
  }

  @Test func `a mirror pod stands for itself`() throws {
    let folded = try fold([
      pod("kube-apiserver-cp", "uid: u, labels: {component: kube-apiserver}, \(owned("Node", "cp"))", spec: "hostNetwork: true")
    ])
    let workload = try workload(folded["pod.kube-apiserver-cp"])
    #expect(workload.kind == "Pod")
    #expect(workload.variants.map(\.hostNetwork) == [true])
    // The kubelet makes it anew with another uid whenever it restarts.
    #expect(workload.object.uid == nil)
  }

  @Test func `a pod whose owner was not read is filed under the owner's name`() throws {
    let folded = try fold([pod("x-1", "labels: {a: b}, \(owned("Rollout", "x"))")])
    #expect(folded.keys.sorted() == ["rollout.x"])
    #expect(folded["rollout.x"]?.metadata?["uid"] == nil)
  }

  @Test func `owners that own each other end`() throws {
    let loop = try fold([
      "{apiVersion: a/v1, kind: ReplicaSet, metadata: {name: a, namespace: shop, \(owned("ReplicaSet", "b"))}, spec: {replicas: 1}}",
      "{apiVersion: a/v1, kind: ReplicaSet, metadata: {name: b, namespace: shop, \(owned("ReplicaSet", "a"))}, spec: {replicas: 1}}",
    ])
    #expect(!loop.isEmpty)
  }

  @Test func `what lets a pod pass by policy is told`() throws {
    let spec = """
      hostNetwork: true, hostPID: true, serviceAccountName: sa, containers: [{name: c, ports: [{name: web, containerPort: 80}],
      securityContext: {privileged: true, capabilities: {add: [CAP_NET_ADMIN, SYS_TIME]}}}]
      """
    let facts = try workload(try fold([pod("p", spec: spec)])["pod.p"]).variants.first?.value
    #expect(
      facts == [
        "labels": [:], "hostNetwork": true, "hostPID": true, "privileged": true, "running": true,
        "capabilities": ["NET_ADMIN"], "serviceAccountName": "sa",
        "ports": [["name": "web", "containerPort": 80, "protocol": "TCP"]],
      ])
  }

  @Test func `the order of reading changes nothing`() throws {
    let objects = [
      deployment, replicaSet("api-x1", replicas: 1),
      pod("api-x1-a", "labels: {app: api, canary: 'true'}, \(owned("ReplicaSet", "api-x1"))"), pod("lone"),
    ]
    let folded = try fold(objects)
    #expect(folded.count == 2)
    #expect(try fold(objects.reversed()) == folded)
  }

  @Test func `owners of one kind and name in two groups are two workloads`() throws {
    let volcano = "ownerReferences: [{apiVersion: batch.volcano.sh/v1, kind: Job, name: j, controller: true}]"
    let folded = try fold([
      pod("a", "labels: {app: a}, \(owned("Job", "j"))"), pod("b", "labels: {app: b}, \(volcano)"),
    ])
    #expect(folded.keys.sorted() == ["job.batch.volcano.sh.j", "job.j"])
  }

  @Test func `owners that form a cycle are each their own`() throws {
    let cycle = { (name: String, owner: String) in
      """
      {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: \(name), namespace: shop, \(self.owned("ReplicaSet", owner))},
       spec: {replicas: 1, template: {metadata: {labels: {app: \(name)}}}}}
      """
    }
    #expect(try fold([cycle("a", "b"), cycle("b", "c"), cycle("c", "a")]).count == 3)
  }
}
