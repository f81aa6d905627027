/// A name under which someone acts in one system; who it is, the register of identities tells.
package enum Account: Sendable, Hashable {
  /// A person or a bot, by the name that the register gives it.
  case person(String)
  /// A user of the API server, service accounts among them: `system:serviceaccount:NAMESPACE:NAME`.
  case user(String)
  case email(String)
  /// An author as git writes one: `Name <email>`.
  case author(String)
  case github(String)
  case gitlab(String)
  /// A user of a machine, `user@host`, as the journal names operators.
  case login(String)
  /// The fingerprint of a key that signs: `SHA256:…`.
  case key(String)

  /// Creates an account; what its system compares without regard to case is kept in lower case.
  package init?(_ system: String, _ name: String) {
    guard !name.isEmpty else { return nil }
    switch system {
    case "person": self = .person(name)
    case "user": self = .user(Account.user(of: name))
    case "email": self = .email(name.lowercased())
    case "author": self = .author(name)
    case "github": self = .github(name.lowercased())
    case "gitlab": self = .gitlab(name.lowercased())
    case "login": self = .login(name)
    case "key": self = .key(name)
    default: return nil
    }
  }

  /// The systems, as they stand before the colon of an account's text.
  package static let systems = ["person", "user", "email", "author", "github", "gitlab", "login", "key"]

  /// Reads what `text` wrote; a text without a system names a person.
  package init?(text: String) {
    guard let colon = text.firstIndex(of: ":"), Account.systems.contains(String(text[..<colon])) else {
      self.init("person", text)
      return
    }
    self.init(String(text[..<colon]), String(text[text.index(after: colon)...]))
  }

  /// `github:alice`, and the plain name of a person.
  package var text: String {
    switch self {
    case .person(let name): name
    case .user(let name): "user:\(name)"
    case .email(let name): "email:\(name)"
    case .author(let name): "author:\(name)"
    case .github(let name): "github:\(name)"
    case .gitlab(let name): "gitlab:\(name)"
    case .login(let name): "login:\(name)"
    case .key(let name): "key:\(name)"
    }
  }

  /// The API server's name for a service account that is written `NAMESPACE/NAME`.
  package static func user(of name: String) -> String {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, !name.contains(":") else { return name }
    return "system:serviceaccount:\(parts[0]):\(parts[1])"
  }

  /// Other accounts that this one tells of, the more telling first: an author of git has an address, and one that
  /// GitHub hands out is a login's.
  package var implied: [Account] {
    switch self {
    case .author(let author):
      guard let open = author.lastIndex(of: "<"), author.hasSuffix(">") else { return [] }
      let email = Account.email(author[author.index(after: open)...].dropLast().lowercased())
      return [email] + email.implied
    case .email(let address):
      let hidden = "@users.noreply.github.com"
      guard address.hasSuffix(hidden) else { return [] }
      let local = address.dropLast(hidden.count)
      return [.github(String(local.split(separator: "+", maxSplits: 1).last ?? local))]
    default: return []
    }
  }
}
