internal import KubeModel
internal import Registers

/// A pull request of GitHub, or a merge request of GitLab, as an export tells it.
struct MergeRequest {
  struct Review {
    let reviewer: Account
    /// In seconds since 1970.
    let time: Int64
    /// The commit that was looked at; nil where the export does not tell.
    let head: String?
    /// Why it is no approval any more, or never counts; nil where it stands.
    let objection: String?
  }

  let source: Identities.Source
  /// `github.com/owner/name#12`, as far as the export tells.
  let name: String
  let title: String
  let author: Account?
  /// The author is a bot, as the system says.
  let isByBot: Bool
  /// Authors of its commits.
  let authors: [Account]
  /// The commit on the branch that brought it.
  let mergeCommit: String
  /// The last commit of what was merged.
  let head: String
  let reviews: [Review]

  /// Everything that must hold of a review beside what the register says.
  func objection(to review: Review) -> String? {
    if let objection = review.objection { return objection }
    guard let approved = review.head else { return "the export does not tell which head was approved" }
    guard approved != head else { return nil }
    return "it is of the head \(HiddenText.escaped(String(approved.prefix(10)))), and \(HiddenText.escaped(String(head.prefix(10)))) was merged"
  }

  /// Reads exports of either system: JSON values in any order, in arrays or one after the other.
  ///
  /// - Returns: the merged requests, sorted by name, and how many values are none of what is read.
  static func requests(in values: [Value]) -> (requests: [MergeRequest], others: Int) {
    let values = values.flatMap { $0.list ?? [$0] }
    let (github, gitlab) = (GitHubExport(values), GitLabExport(values))
    let requests = (github.requests + gitlab.requests).sorted { ($0.name, $0.mergeCommit) < ($1.name, $1.mergeCommit) }
    return (requests, values.count - github.valueCount - gitlab.valueCount)
  }
}

extension Value {
  /// The time of a field, in seconds since 1970.
  func seconds(_ key: String) -> Int64? { self[key]?.string.flatMap { Moment(rfc3339: $0) }?.seconds }
}
