import Testing
import TestSupport

/// `ambit lint` as a user types it: places, thresholds, exit codes.
@Suite struct LintCommandTests {
  @Test func `findings with their lines`() throws {
    let fixture = try CommandFixture()
    try fixture.write(
      "in/shop.yaml",
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop}
      spec:
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}
      ---
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata:
        name: web
        namespace: shop
      spec:
        podSelector:
          matchLabels: {app: web}
        ingress:
          - from:
              - podSelector: {}
              - podSelector: {matchLabels: {app: wbe}}
            ports:
              - port: https
          - {}

      """)
    try fixture.write(
      "in/list.yaml",
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicyList
      items:
        - metadata: {name: bad, namespace: shop}
          spec:
            podSelector: {}
            ingress:
              - ports:
                  - port: 80
                    endPort: 79

      """)
    try fixture.write(
      "sound/web.yaml",
      """
      {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
      ---
      {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress]}}
      """)
    try fixture.write("part/web.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n")
    try fixture.write("part/broken.yaml", "kind: [\n")
    try Golden.expect(
      "lint",
      [
        "lint -f in", "lint -f in --severity error -o json", "lint -f in -o csv --ignore al009 --ignore AL012",
        "lint -f in -n other", "lint -f sound", "lint -f sound --severity info -o yaml", "lint -f part",
        "lint -f in --ignore AL099",
      ], in: fixture)
  }

  @Test func `a recorded moment`() throws {
    try Golden.expect("lint-store", ["lint", "lint -n payments --severity info -o csv"], in: CommandFixture.example())
  }
}
