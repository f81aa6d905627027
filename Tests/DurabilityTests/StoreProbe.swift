import Foundation
import TestSupport

/// What stock git and the file system say of a store, where one cluster `c` is recorded.
struct StoreProbe {
  let path: String
  let git: StockGit

  init(_ path: String) {
    self.path = path
    git = StockGit(path)
  }

  static let branch = "refs/heads/c"
  static let observations = "refs/ambit/observations/c"

  /// The commits of a ref from its head on, by first parents; empty where it is not there.
  func history(_ reference: String) throws -> [String] {
    let output = try git.run(["rev-list", "--first-parent", reference, "--"])
    return output.status == 0 ? output.stdout.split(separator: "\n").map(String.init) : []
  }

  /// The states that observations name, the last first; those of failed readings name none.
  func observedStates() throws -> [String] {
    let format = "--format=%(trailers:key=Ambit-State,valueonly)"
    let output = try git.run(["log", "--first-parent", format, StoreProbe.observations, "--"])
    return output.status == 0 ? output.stdout.split(separator: "\n").map(String.init) : []
  }

  /// What `git fsck` has to say; a store without a snapshot yet has a HEAD that is unborn, and that is right.
  func complaints() throws -> String {
    let output = try git.run(["fsck", "--strict", "--no-dangling"])
    let lines = output.text.split(separator: "\n").filter { !$0.hasPrefix("notice: ") }
    return (lines + (output.status == 0 ? [] : ["exit \(output.status)"])).joined(separator: "; ")
  }

  /// Files of a recording that has begun and not ended: packs on their way, packs that are kept, locks of refs,
  /// temporary files.
  func unfinished() -> [String] {
    let files = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return files.filter { file in
      let name = file.split(separator: "/").last ?? ""
      return name.hasSuffix(".keep") || name.hasPrefix("tmp_") || name.hasPrefix("pack_")
        || file.hasPrefix("ambit/incoming/")
        || name.hasSuffix(".lock") && !file.hasPrefix("ambit/")
    }.sorted()
  }
}
