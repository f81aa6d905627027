internal import KubeModel
internal import Registers

/// Pull requests as `gh pr view --json` or `gh pr list --json` print them, or as `gh api` gives pulls and their reviews.
struct GitHubExport {
  private(set) var requests: [MergeRequest] = []
  /// How many values are of GitHub.
  private(set) var valueCount = 0

  init(_ values: [Value]) {
    let reviews = Dictionary(grouping: values.filter(GitHubExport.isReview)) { $0["pull_request_url"]?.string ?? "" }
    for value in values {
      if GitHubExport.isView(value) {
        valueCount += 1
        if let request = GitHubExport.request(view: value) { requests.append(request) }
      } else if GitHubExport.isPull(value) {
        valueCount += 1
        if let request = GitHubExport.request(pull: value, reviews[value["url"]?.string ?? "-"] ?? []) { requests.append(request) }
      } else if GitHubExport.isReview(value) {
        valueCount += 1
      }
    }
  }

  private static func isView(_ value: Value) -> Bool { value["headRefOid"] != nil && value["mergeCommit"] != nil }
  private static func isPull(_ value: Value) -> Bool { value["merge_commit_sha"] != nil && value["head"]?["sha"] != nil }
  private static func isReview(_ value: Value) -> Bool { value["pull_request_url"] != nil && value["commit_id"] != nil }

  /// A request that was merged; nil for any other.
  private static func request(view: Value) -> MergeRequest? {
    guard view.seconds("mergedAt") != nil, let commit = view["mergeCommit"]?["oid"]?.string, let head = view["headRefOid"]?.string
    else { return nil }
    let authors = (view["commits"]?.list ?? []).flatMap { $0["authors"]?.list ?? [] }.compactMap { author -> Account? in
      guard let name = author["name"]?.string, let email = author["email"]?.string else { return author["login"].flatMap(login) }
      return .author("\(name) <\(email)>")
    }
    let reviews = (view["reviews"]?.list ?? []).map { review in
      Given(
        login: review["author"]?["login"]?.string, isBot: review["author"]?["is_bot"]?.bool ?? false, state: review["state"]?.string,
        time: review.seconds("submittedAt"), head: review["commit"]?["oid"]?.string)
    }
    return MergeRequest(
      source: .github, name: name(url: view["url"]?.string, view["number"]), title: view["title"]?.string ?? "",
      author: (view["author"]?["login"]).flatMap(login), isByBot: view["author"]?["is_bot"]?.bool ?? false, authors: unique(authors),
      mergeCommit: commit, head: head, reviews: decisive(reviews))
  }

  private static func request(pull: Value, _ reviews: [Value]) -> MergeRequest? {
    guard pull.seconds("merged_at") != nil, let commit = pull["merge_commit_sha"]?.string, let head = pull["head"]?["sha"]?.string
    else { return nil }
    let given = reviews.map { review in
      Given(
        login: review["user"]?["login"]?.string, isBot: review["user"]?["type"]?.string == "Bot", state: review["state"]?.string,
        time: review.seconds("submitted_at"), head: review["commit_id"]?.string)
    }
    return MergeRequest(
      source: .github, name: name(url: pull["html_url"]?.string, pull["number"]), title: pull["title"]?.string ?? "",
      author: (pull["user"]?["login"]).flatMap(login), isByBot: pull["user"]?["type"]?.string == "Bot", authors: [],
      mergeCommit: commit, head: head, reviews: decisive(given))
  }

  private static func login(_ value: Value) -> Account? { value.string.flatMap { Account("github", $0) } }

  private static func name(url: String?, _ number: Value?) -> String {
    // https://github.com/owner/name/pull/12
    let parts = (url ?? "").split(separator: "/").map(String.init)
    guard parts.count >= 5 else { return "#\(number?.int ?? 0)" }
    return "\(parts[1])/\(parts[2])/\(parts[3])#\(number?.int ?? 0)"
  }

  private static func unique(_ accounts: [Account]) -> [Account] {
    accounts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  // MARK: Reviews

  private struct Given {
    let login: String?
    let isBot: Bool
    let state: String?
    let time: Int64?
    let head: String?
  }

  /// What each reviewer said last; a comment takes nothing back.
  private static func decisive(_ reviews: [Given]) -> [MergeRequest.Review] {
    var last: [String: Given] = [:]
    for review in reviews.sorted(by: { ($0.time ?? 0) < ($1.time ?? 0) }) {
      guard let login = review.login, ["APPROVED", "DISMISSED", "CHANGES_REQUESTED"].contains(review.state) else { continue }
      last[login.lowercased()] = review
    }
    return last.sorted { $0.key < $1.key }.compactMap { login, review in
      guard review.state != "CHANGES_REQUESTED", let time = review.time, let account = Account("github", login) else { return nil }
      let objection = review.state == "DISMISSED" ? "the review was dismissed" : review.isBot ? "a bot gave it" : nil
      return MergeRequest.Review(reviewer: account, time: time, head: review.head, objection: objection)
    }
  }
}
