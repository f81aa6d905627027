internal import Integrity
internal import SnapshotStore

/// Which keys signed the commits of a history, and how many commits none did.
struct HistoryKeys {
  /// How many commits each key signed, by its fingerprint.
  private(set) var signed: [String: Int] = [:]
  private(set) var unsigned = 0
  /// Commits whose signature does not read.
  private(set) var unreadable = 0

  /// Looks at every commit of all heads; whether a signature is good, verifying tells.
  init(_ store: SnapshotStore, _ heads: [ObjectName]) throws {
    for head in heads {
      for commit in try store.history(from: head) {
        do {
          guard let parts = try CommitSignature.split(store.commitBytes(commit)) else {
            unsigned += 1
            continue
          }
          signed[try SSHSignature(armor: parts.armor).publicKey.fingerprint, default: 0] += 1
        } catch is IntegrityError {
          unreadable += 1
        }
      }
    }
  }

  /// `COMMITS FINGERPRINT`
  var lines: [String] { signed.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" } }
}
