internal import HistoryIndex
internal import Registers

/// Who acted in a change, as the register of identities can tell apart.
///
/// The one place where the actors of changes are read for that: a new way to know them is a case here.
struct ChangeActor {
  /// The accounts of the one who made it, the more telling first; empty where no one is known. A tool is no one.
  let accounts: [Account]
  /// Whom they acted as.
  let impersonated: Account?
  /// When it took effect, in milliseconds since 1970, and how exactly that is known.
  let time: (milliseconds: Int64, precision: Int64)?
  /// Whether it is a commit of a repository: its actor is the author, and it was made when it came onto its branch.
  let isCommit: Bool

  init(_ change: IndexedChange) {
    let certain = change.attribution.flatMap { $0.isCertain ? $0.steps.last : nil }
    let seconds = change.actor.time.map { (milliseconds: $0 * 1000, precision: Int64(999)) }
    isCommit = change.actor.source == .commit
    switch change.actor.source {
    case .commit:
      (accounts, impersonated, time) = (change.actor.name.map { [.author($0)] } ?? [], nil, nil)
    case .audit:
      accounts = (certain?.user ?? change.actor.name).map { [.user($0)] } ?? []
      impersonated = certain?.impersonated.map { .user($0) }
      time = certain.map { ($0.time / 1000, 0) } ?? seconds
    case .managedFields:
      (accounts, impersonated, time) = ([], nil, seconds)
    case .unknown:
      (accounts, impersonated, time) = ([], nil, nil)
    }
  }
}
