internal import KubeModel
internal import SnapshotStore

/// Another store, as a user names it: a remote of the store's configuration, a URL, or a path.
package struct RemoteAddress: Sendable, Hashable {
  /// What git is given.
  let url: String
  /// Names the folder of references that are fetched from it.
  let name: String
  /// What is shown: without what stands before the host, where a password may be.
  package let shown: String
  private let hidden: String?

  /// What carries a store. Others run programs that the address names, such as `ext::`.
  static let schemes: Set<String> = ["file", "git", "http", "https", "ssh", "git+ssh", "ssh+git"]

  /// - Parameters:
  ///   - text: as the user wrote it.
  ///   - configured: the URL of the remote of that name, where there is one.
  init(_ text: String, configured: String?) throws {
    let url = configured ?? text
    guard !text.isEmpty, !text.hasPrefix("-"), !url.isEmpty, !url.hasPrefix("-"), !url.utf8.contains(0) else {
      throw AmbitError(
        .usage, "'\(text)' names no remote", hint: "give a name from `git remote`, a URL or a path; a path may begin with ./")
    }
    let scheme = url.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    let rest = url[scheme.endIndex...]
    guard !rest.hasPrefix("::"), !rest.hasPrefix("://") || RemoteAddress.schemes.contains(scheme.lowercased()) else {
      throw AmbitError(
        .usage, "'\(scheme)' carries no store",
        hint: "use ssh, https, http, git, file or a path; a remote helper runs a program that the address names")
    }
    self.url = url
    hidden = RemoteAddress.credentials(url)
    shown = hidden.map { url.replacing("\($0)@", with: "") } ?? url
    name = ClusterName.cleaned(configured == nil ? shown : text)
  }

  /// What stands before the host of a URL, where it may be a password or a token.
  private static func credentials(_ url: String) -> String? {
    guard let start = url.firstRange(of: "://")?.upperBound else { return nil }
    let authority = url[start...].prefix { !"/?#".contains($0) }
    guard let end = authority.lastIndex(of: "@") else { return nil }
    let user = authority[..<end]
    return user.contains(":") || url.lowercased().hasPrefix("http") ? String(user) : nil
  }

  /// Text of git without the password of the address.
  func withoutCredentials(_ text: String) -> String {
    guard let hidden else { return text }
    let plain = text.replacing("\(hidden)@", with: "")
    // The user's name, and the password after it, may be told by themselves.
    return hidden.split(separator: ":", maxSplits: 1).filter { $0.utf8.count >= 4 }
      .reduce(plain) { $0.replacing($1, with: "(hidden)") }
  }
}
