internal import KubeModel

/// Who is who: which accounts of which systems belong to one person, and whose word counts.
package struct Identities: Sendable {
  /// Where an approval may come from. The names stand in files and stores and never change.
  package enum Source: String, Sendable, CaseIterable {
    /// Recorded with `ambit review approve`, and signed by a key that the register gives to a person.
    case signed
    /// Recorded so without a signature: whoever can write to the store can write one.
    case ambit
    case github, gitlab
    /// Trailers of a commit's message, which whoever commits types.
    case trailers
  }

  /// Who an account belongs to.
  package enum Party: Sendable, Hashable {
    case person(String)
    case bot(String)
    /// No one whom the register knows.
    case unknown
  }

  package private(set) var people: [String] = []
  package private(set) var bots: [String] = []
  /// Users whose impersonation is believed: who they impersonate is who acted.
  package private(set) var impersonators: Set<String> = []
  /// Service accounts that apply what a repository holds: who acted stands in its commits.
  package private(set) var gitOpsServiceAccounts: Set<String> = []
  package private(set) var acceptedSources: Set<Source> = []
  private var owners: [Account: Party] = [:]

  /// What holds where no register is recorded: nobody is known, and no approval counts.
  package static let none = Identities()

  private init() {}

  /// Who one of these accounts belongs to, the first that the register knows.
  package func party(of accounts: [Account]) -> Party {
    accounts.lazy.flatMap { [$0] + $0.implied }.compactMap { owners[$0] }.first ?? .unknown
  }

  package func party(of account: Account) -> Party { party(of: [account]) }

  /// Reads a register that was recorded; nil where it does not read.
  package init?(recorded bytes: [UInt8]) {
    guard let identities = KnownRegister.content(bytes, Identities.read) else { return nil }
    self = identities
  }
}

// MARK: Reading

extension Identities {
  package static let registerName = "identities"

  static let register = KnownRegister(
    registerName, kind: "Identities", "who is who, and whose approvals count", read: Identities.read)

  /// The keys of an entry that name accounts, with the system of each.
  private static let accountKeys: [(key: String, system: String)] = [
    ("users", "user"), ("serviceAccounts", "user"), ("emails", "email"), ("gitAuthors", "author"), ("github", "github"),
    ("gitlab", "gitlab"), ("logins", "login"), ("keys", "key"),
  ]

  private static func read(_ fields: inout FieldReader) -> Identities? {
    let path: [PathStep] = [.key("spec")]
    let spec = fields.root["spec"] ?? .null
    fields.checkKeys(
      spec, at: path, allowed: ["people", "bots", "impersonators", "gitOpsServiceAccounts", "acceptedSources"])
    var identities = Identities()
    var lines: [Account: Int] = [:]
    identities.people = entries("people", Party.person, spec, path, &identities, &lines, &fields)
    identities.bots = entries("bots", Party.bot, spec, path, &identities, &lines, &fields)
    identities.impersonators = Set(fields.strings(spec, "impersonators", at: path).map(Account.user))
    identities.gitOpsServiceAccounts = Set(fields.strings(spec, "gitOpsServiceAccounts", at: path).map(Account.user))
    for (word, place) in fields.texts(spec, "acceptedSources", at: path) {
      if let source = Source(rawValue: word) {
        identities.acceptedSources.insert(source)
      } else {
        let known = Source.allCases.map(\.rawValue)
        let near = NearMiss.suffix(word, among: known)
        fields.report(
          place, "'\(word)' is no source of approvals" + (near.isEmpty ? "; they are \(known.joined(separator: ", "))" : near))
      }
    }
    return identities
  }

  /// The names of the people, or of the bots, whose accounts are added to those that are known.
  private static func entries(
    _ key: String, _ party: (String) -> Party, _ spec: Value, _ path: [PathStep], _ identities: inout Identities,
    _ lines: inout [Account: Int], _ fields: inout FieldReader
  ) -> [String] {
    var names: [String] = []
    for (index, entry) in fields.list(spec, key, at: path).enumerated() {
      let place = path + [.key(key), .index(index)]
      fields.checkKeys(entry, at: place, allowed: ["name"] + accountKeys.map(\.key), required: ["name"])
      let name = fields.text(entry, "name", at: place)
      guard !name.isEmpty else { continue }
      names.append(name)
      claim(.person(name), party(name), at: place + [.key("name")], &identities, &lines, &fields)
      for (key, system) in accountKeys {
        for (text, place) in fields.texts(entry, key, at: place) {
          guard let account = account(system, text, of: key, at: place, &fields) else { continue }
          claim(account, party(name), at: place, &identities, &lines, &fields)
        }
      }
    }
    return names
  }

  private static func account(
    _ system: String, _ text: String, of key: String, at place: [PathStep], _ fields: inout FieldReader
  ) -> Account? {
    let objection: String? =
      switch key {
      case "emails" where !text.contains("@"): "'\(text)' is no email address"
      case "serviceAccounts" where !Account.user(of: text).hasPrefix("system:serviceaccount:"):
        "'\(text)' is no service account; write NAMESPACE/NAME"
      case "gitAuthors" where !(text.contains(" <") && text.hasSuffix(">")): "'\(text)' is no author; write Name <email>"
      case "keys" where !text.hasPrefix("SHA256:"): "'\(text)' is no fingerprint; `ssh-keygen -l -f KEY` prints one, SHA256:…"
      default: nil
      }
    if let objection { fields.report(place, objection) }
    return objection == nil ? Account(system, text) : nil
  }

  private static func claim(
    _ account: Account, _ party: Party, at place: [PathStep], _ identities: inout Identities,
    _ lines: inout [Account: Int], _ fields: inout FieldReader
  ) {
    if let line = lines[account] {
      return fields.report(place, "'\(account.text)' is named already on line \(line)")
    }
    lines[account] = fields.document.line(of: place)
    identities.owners[account] = party
  }
}
