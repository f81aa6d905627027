internal import KubeModel
internal import Registers

/// Merge requests of GitLab's API, with the answers of `…/approvals` and `…/versions` about them.
///
/// An approval does not tell the head that was approved: it is the one of the newest version that was there when it was
/// given, where both times are told.
struct GitLabExport {
  private(set) var requests: [MergeRequest] = []
  /// How many values are of GitLab.
  private(set) var valueCount = 0

  private struct Key: Hashable {
    let project: Int64
    let request: Int64
  }

  init(_ values: [Value]) {
    var approvals: [Key: Value] = [:]
    for value in values where GitLabExport.isApprovals(value) { if let key = GitLabExport.key(value) { approvals[key] = value } }
    let versions = Dictionary(grouping: values.filter(GitLabExport.isVersion)) { $0["merge_request_id"]?.int ?? 0 }
    for value in values {
      guard GitLabExport.isRequest(value) else {
        if GitLabExport.isApprovals(value) || GitLabExport.isVersion(value) { valueCount += 1 }
        continue
      }
      valueCount += 1
      let own = GitLabExport.key(value).flatMap { approvals[$0] }
      if let request = GitLabExport.request(value, own, versions[value["id"]?.int ?? -1] ?? []) { requests.append(request) }
    }
  }

  private static func isRequest(_ value: Value) -> Bool { value["iid"] != nil && value["sha"] != nil && value["merged_at"] != nil }
  private static func isApprovals(_ value: Value) -> Bool { value["approved_by"] != nil && value["iid"] != nil }
  private static func isVersion(_ value: Value) -> Bool { value["head_commit_sha"] != nil && value["merge_request_id"] != nil }

  private static func key(_ value: Value) -> Key? {
    guard let project = value["project_id"]?.int, let request = value["iid"]?.int else { return nil }
    return Key(project: project, request: request)
  }

  /// A request that was merged; nil for any other.
  private static func request(_ value: Value, _ approvals: Value?, _ versions: [Value]) -> MergeRequest? {
    guard value.seconds("merged_at") != nil, let head = value["sha"]?.string,
      // Without a commit of its own, the branch was moved on to the head.
      let commit = ["merge_commit_sha", "squash_commit_sha"].lazy.compactMap({ value[$0]?.string }).first ?? value["sha"]?.string
    else { return nil }
    let reviews = (approvals?["approved_by"]?.list ?? []).compactMap { approval -> MergeRequest.Review? in
      guard let user = approval["user"], let account = user["username"]?.string.flatMap({ Account("gitlab", $0) }) else { return nil }
      let time = approval.seconds("approved_at")
      return MergeRequest.Review(
        reviewer: account, time: time ?? value.seconds("merged_at") ?? 0, head: time.flatMap { self.head(at: $0, versions) },
        objection: user["bot"]?.bool == true ? "a bot gave it" : nil)
    }
    return MergeRequest(
      source: .gitlab, name: value["references"]?["full"]?.string ?? "!\(value["iid"]?.int ?? 0)", title: value["title"]?.string ?? "",
      author: (value["author"]?["username"]?.string).flatMap { Account("gitlab", $0) }, isByBot: value["author"]?["bot"]?.bool ?? false,
      authors: [], mergeCommit: commit, head: head, reviews: reviews)
  }

  /// The head of the newest version that was there at a moment.
  private static func head(at time: Int64, _ versions: [Value]) -> String? {
    versions.compactMap { version -> (Int64, String)? in
      guard let made = version.seconds("created_at"), let head = version["head_commit_sha"]?.string else { return nil }
      return (made, head)
    }.filter { $0.0 <= time }.max { $0 < $1 }?.1
  }
}
