package import Integrity
internal import SnapshotStore

extension Ambit {
  /// Signs every commit from here on, as `git commit -S` does with `gpg.format=ssh`.
  package func sign(with key: any SigningKey) {
    signingKey = key
    store.sign = { commit in
      try CommitSignature.inserting(key.sign(commit, namespace: "git"), into: commit)
    }
  }
}
