internal import KubeModel

/// What the follower of a list tells.
struct WatchMessage: Sendable {
  enum Body: Sendable {
    /// All of the list, at a version; `taint` says why of none of it can be said that it is gone.
    case listed([ReadingPart], version: String?, taint: String?)
    case changed(ReadingPart, version: String)
    case deleted(ObjectID, uid: String?, version: String)
    case bookmark(version: String)
    /// The server accepted a watch.
    case opened
    /// The list is not followed at this moment, and why.
    case down(ClusterReaderError)
  }

  let target: WatchTarget
  /// Tells followers of one list apart that came after each other.
  let follower: Int
  let body: Body

  /// The server's version of what it tells, as a number where it is one.
  var version: UInt64? {
    switch body {
    case .listed(_, let version, _): version.flatMap(UInt64.init)
    case .changed(_, let version), .deleted(_, _, let version), .bookmark(let version): UInt64(version)
    case .opened, .down: nil
    }
  }
}
