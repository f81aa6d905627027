import KubeModel
import Registers
import Testing

@Suite struct IdentitiesTests {
  private func problems(_ text: String) -> [String] { KnownRegister.read(Array(text.utf8)).problems.map(\.description) }

  private func identities(_ spec: String) throws -> Identities {
    let text = "apiVersion: ambit/v1\nkind: Identities\nspec:\n" + spec
    #expect(problems(text) == [])
    return try #require(Identities(recorded: Array(text.utf8)))
  }

  @Test func `accounts of several systems belong to one person`() throws {
    let identities = try identities("""
        people:
          - name: alice
            users: [alice@corp]
            serviceAccounts: [tools/alice-laptop]
            emails: [Alice@Example.com]
            gitAuthors: ["A. Liddell <a@home.example>"]
            github: [Alice-GH]
            keys: ["SHA256:abc"]
        bots: [{name: renovate, github: ["renovate[bot]"]}]
        gitOpsServiceAccounts: [argocd/controller]
        impersonators: ["system:serviceaccount:cattle-system:rancher"]
        acceptedSources: [signed, github]
      """)
    for account in [
      "alice", "user:alice@corp", "user:system:serviceaccount:tools:alice-laptop", "email:alice@example.com",
      "author:A. Liddell <a@home.example>", "github:ALICE-gh", "key:SHA256:abc",
    ] {
      #expect(identities.party(of: try #require(Account(text: account))) == .person("alice"), "\(account)")
    }
    #expect(identities.party(of: .github("renovate[bot]")) == .bot("renovate"))
    // The same name in another system is another account.
    #expect(identities.party(of: .gitlab("alice-gh")) == .unknown)
    #expect(identities.party(of: .author("Someone <ALICE@example.com>")) == .person("alice"))
    #expect(identities.party(of: .author("Someone <123+Alice-GH@users.noreply.github.com>")) == .person("alice"))
    #expect(identities.party(of: .author("Someone <someone@example.com>")) == .unknown)
    #expect(identities.gitOpsServiceAccounts == ["system:serviceaccount:argocd:controller"])
    #expect(identities.acceptedSources == [.signed, .github])
  }

  @Test func `every mistake of a file is told at once, each with its line and what was probably meant`() {
    let text = """
      apiVersion: ambit/v1
      kind: Identities
      spec:
        people:
          - name: alice
            mails: [a@b]
            emails: [alice]
            github: [al]
          - name: alice
          - github: [AL]
            name: bob
            keys: [ab:cd]
            serviceAccounts: [x]
        acceptedSources: [signd, email]
      """
    #expect(problems(text) == [
      "6: unknown key 'mails'; did you mean 'emails'?",
      "7: 'alice' is no email address",
      "9: 'alice' is named already on line 5",
      "10: 'github:al' is named already on line 8",
      "12: 'ab:cd' is no fingerprint; `ssh-keygen -l -f KEY` prints one, SHA256:…",
      "13: 'x' is no service account; write NAMESPACE/NAME",
      "14: 'email' is no source of approvals; they are signed, ambit, github, gitlab, trailers",
      "14: 'signd' is no source of approvals; did you mean 'signed'?",
    ])
  }

  @Test(arguments: [
    ("kind: Identites\napiVersion: ambit/v1\nspec: {}", "1: there is no register 'Identites'; did you mean 'Identities'?"),
    ("kind: Identities\napiVersion: v1\nspec: {}", "2: 'v1' is not known; this version reads ambit/v1"),
    ("kind: Identities\napiVersion: ambit/v1", "1: the key 'spec' is missing"),
    ("a: [", "1: not valid YAML: did not find expected node content"),
  ])
  func `a file that is no register is refused`(_ given: (text: String, problem: String)) {
    #expect(problems(given.text).contains { $0 == given.problem || given.text == "a: [" })
  }

  @Test func `where no register is recorded, nobody is known and no approval counts`() {
    #expect(Identities.none.party(of: .person("alice")) == .unknown)
    #expect(Identities.none.acceptedSources.isEmpty)
  }

  @Test func `an account is read back from its text`() {
    for account in [Account.person("a"), .user("system:serviceaccount:a:b"), .author("A <b@c>"), .key("SHA256:x"), .login("u@h")] {
      #expect(Account(text: account.text) == account)
    }
    #expect(Account(text: "") == nil)
    #expect(Account(text: "github:") == nil)
  }
}
