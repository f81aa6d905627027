import Foundation
import KubeModel
import Synchronization

/// A cluster behind a `StubAPIServer` whose history is known in advance, and goes on when a test says so.
///
/// It answers as an API server with one revision for all kinds: a list gives the objects of the present revision, a
/// watch what came after the version that it is asked for.
package final class ReplayedCluster: Sendable {
  /// One write: `ADDED`, `MODIFIED` or `DELETED`, and the object after it.
  package struct Event: Sendable {
    package let revision: Int
    package let type: String
    package let object: String
    fileprivate let key: String

    /// - Parameter object: the JSON of the object in the version of the event.
    package init(_ type: String, _ object: String) throws {
      let metadata = (try JSONSerialization.jsonObject(with: Data(object.utf8)) as? [String: Any])?["metadata"] as? [String: Any]
      self.type = type
      self.object = object
      revision = Int(metadata?["resourceVersion"] as? String ?? "") ?? 0
      key = "\(metadata?["namespace"] ?? "")/\(metadata?["name"] ?? "")"
    }

    fileprivate var line: String { #"{"type":"\#(type)","object":\#(object)}"# + "\n" }
  }

  /// A kind with its objects at the first revision and what happened to them since.
  package struct Kind: Sendable {
    package let kind: String
    package let apiVersion: String
    fileprivate var objects: [String: String] = [:]
    fileprivate var events: [Event] = []
    /// Whether the server has it at this moment.
    fileprivate var isServed = true

    package init(kind: String, apiVersion: String, objects: [String], events: [Event] = []) throws {
      self.kind = kind
      self.apiVersion = apiVersion
      for object in objects {
        let event = try Event("ADDED", object)
        self.objects[event.key] = object
      }
      self.events = events.sorted { $0.revision < $1.revision }
    }

    fileprivate func objects(at revision: Int) -> [String] {
      var objects = objects
      for event in events where event.revision <= revision {
        objects[event.key] = event.type == "DELETED" ? nil : event.object
      }
      return objects.sorted { $0.key < $1.key }.map(\.value)
    }
  }

  /// What goes wrong with one watch.
  package enum Fault: Sendable {
    case refused(StubAPIServer.Response)
    /// An event of the type ERROR that says 410.
    case expiredEvent
    /// The connection closes in the middle of the line that comes after so many.
    case cut(afterLines: Int)
    /// A few bytes at a time.
    case slow
    /// Each event comes twice.
    case doubled
    /// Only a bookmark at the version that was asked for, and the end.
    case bookmarkOnly
    /// Nothing at all comes.
    case mute
  }

  /// Called for each watch with the path of its kind and how many there were of it before.
  package typealias Faults = @Sendable (_ path: String, _ earlier: Int) -> Fault?

  private struct Stream {
    let stream: StubStream
    let path: String
    var revision: Int
    let fault: Fault?
    var lines = 0
    var isOver = false
  }

  private struct State {
    var kinds: [String: Kind]
    var revision: Int
    /// Watches from earlier revisions are told that they are too old.
    var compacted = 0
    var streams: [Int: Stream] = [:]
    var opened = 0
    var watches: [String: Int] = [:]
    var lists: [String: Int] = [:]
  }

  private let state: Mutex<State>
  private let faults: Faults

  /// - Parameters:
  ///   - kinds: by the path of their list.
  ///   - revision: that of the lists at the beginning.
  package init(_ kinds: [String: Kind], revision: Int, faults: @escaping Faults = { _, _ in nil }) {
    state = Mutex(State(kinds: kinds, revision: revision))
    self.faults = faults
  }

  // MARK: History

  /// The revision of the last event.
  package var lastRevision: Int { state.withLock { $0.kinds.values.flatMap(\.events).map(\.revision).max() ?? $0.revision } }
  package var revisions: [Int] { state.withLock { Set($0.kinds.values.flatMap(\.events).map(\.revision)).sorted() } }

  /// Lets happen what happened up to a revision.
  package func advance(to revision: Int) {
    state.withLock { state in
      state.revision = max(state.revision, revision)
      ReplayedCluster.deliver(&state)
    }
  }

  /// Adds what happens next, and lets it happen.
  package func happen(_ path: String, _ events: [Event]) {
    state.withLock { state in
      state.kinds[path]?.events += events
      state.revision = max(state.revision, events.map(\.revision).max() ?? 0)
      ReplayedCluster.deliver(&state)
    }
  }

  /// Sends a bookmark of the present revision to every watch.
  package func bookmark() {
    state.withLock { state in
      for stream in state.streams.values where !stream.isOver {
        stream.stream.send(ReplayedCluster.bookmark(state.kinds[stream.path], state.revision))
      }
    }
  }

  /// Forgets what happened before the present revision: a watch from there is refused with 410.
  package func compact() { state.withLock { $0.compacted = $0.revision } }

  /// Ends every watch, as a server that restarts does.
  package func cutAll() {
    let streams = state.withLock { state in
      defer { state.streams = [:] }
      return Array(state.streams.values)
    }
    for stream in streams { stream.stream.cut() }
  }

  /// Begins to serve a kind.
  package func add(_ path: String, _ kind: Kind) { state.withLock { $0.kinds[path] = kind } }

  /// Serves a kind, or no longer does.
  package func serve(_ path: String, _ isServed: Bool) {
    let gone = state.withLock { state in
      state.kinds[path]?.isServed = isServed
      let gone = state.streams.filter { $0.value.path == path && !isServed }
      for number in gone.keys { state.streams[number] = nil }
      return gone.values
    }
    for stream in gone { stream.stream.cut() }
  }

  /// How many watches are open, and how often a kind was listed.
  package var openWatches: Int { state.withLock { $0.streams.values.count { !$0.isOver && $0.stream.isOpen } } }
  package func lists(of path: String) -> Int { state.withLock { $0.lists[path] ?? 0 } }
  package func watches(of path: String) -> Int { state.withLock { $0.watches[path] ?? 0 } }

  // MARK: Answers

  package func answer(_ request: StubAPIServer.Request) -> StubAPIServer.Response? {
    switch request.path {
    case "/version": return .json(#"{"major":"1","minor":"33","gitVersion":"v1.33.1"}"#)
    case "/api", "/apis": return discovery(isCore: request.path == "/api")
    default: break
    }
    return state.withLock { state in
      guard let kind = state.kinds[request.path], kind.isServed else { return nil }
      if request.query["watch"] == "true" { return watch(request, kind, &state) }
      state.lists[request.path, default: 0] += 1
      let items = kind.objects(at: state.revision).joined(separator: ",")
      return .json(
        #"{"kind":"\#(kind.kind)List","apiVersion":"\#(kind.apiVersion)","metadata":{"resourceVersion":"\#(state.revision)"},"items":[\#(items)]}"#)
    }
  }

  private func watch(_ request: StubAPIServer.Request, _ kind: Kind, _ state: inout State) -> StubAPIServer.Response {
    let earlier = state.watches[request.path] ?? 0
    state.watches[request.path] = earlier + 1
    let revision = Int(request.query["resourceVersion"] ?? "") ?? 0
    if revision < state.compacted { return .status(410, reason: "Expired", message: "too old resource version") }
    let fault = faults(request.path, earlier)
    if case .refused(let response) = fault { return response }
    state.opened += 1
    let number = state.opened
    return StubAPIServer.Response(
      delivery: .streamed { [self] stream in
        self.state.withLock { state in
          state.streams[number] = Stream(stream: stream, path: request.path, revision: revision, fault: fault)
          ReplayedCluster.deliver(&state)
        }
        stream.whenClosed { self.state.withLock { $0.streams[number] = nil } }
      })
  }

  private static func deliver(_ state: inout State) {
    for (number, stream) in state.streams where !stream.isOver {
      var stream = stream
      let kind = state.kinds[stream.path]
      let due = (kind?.events ?? []).filter { $0.revision > stream.revision && $0.revision <= state.revision }
      switch stream.fault {
      case .expiredEvent:
        stream.stream.send(
          #"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version","reason":"Expired","code":410}}"# + "\n")
        stream.stream.end()
        stream.isOver = true
      case .bookmarkOnly:
        stream.stream.send(bookmark(kind, stream.revision))
        stream.stream.end()
        stream.isOver = true
      case .mute: break
      default:
        for event in due where !stream.isOver { send(event, &stream) }
      }
      stream.revision = max(stream.revision, due.map(\.revision).max() ?? 0)
      state.streams[number] = stream
    }
  }

  private static func send(_ event: Event, _ stream: inout Stream) {
    switch stream.fault {
    case .cut(let lines) where stream.lines == lines:
      stream.stream.send(Array(event.line.utf8.prefix(event.line.utf8.count / 2)))
      stream.stream.cut()
      stream.isOver = true
    case .slow: stream.stream.trickle(event.line)
    case .doubled: stream.stream.send(event.line + event.line)
    default: stream.stream.send(event.line)
    }
    stream.lines += 1
  }

  private static func bookmark(_ kind: Kind?, _ revision: Int) -> String {
    #"{"type":"BOOKMARK","object":{"kind":"\#(kind?.kind ?? "")","apiVersion":"\#(kind?.apiVersion ?? "")","metadata":{"resourceVersion":"\#(revision)","creationTimestamp":null}}}"#
      + "\n"
  }

  private func discovery(isCore: Bool) -> StubAPIServer.Response {
    let served = state.withLock { $0.kinds.filter { $0.value.isServed } }
    var groups: [String: [String: [String]]] = [:]
    for (path, kind) in served {
      let parts = kind.apiVersion.split(separator: "/").map(String.init)
      let (group, version) = parts.count > 1 ? (parts[0], parts[1]) : ("", parts[0])
      guard group.isEmpty == isCore else { continue }
      let isNamespaced = ResourceCatalog.type(group: group, kind: kind.kind)?.isNamespaced ?? true
      groups[group, default: [:]][version, default: []].append(
        #"{"resource":"\#(path.split(separator: "/").last ?? "")","responseKind":{"kind":"\#(kind.kind)"},"scope":"\#(isNamespaced ? "Namespaced" : "Cluster")","verbs":["get","list","watch"]}"#)
    }
    let items = groups.sorted { $0.key < $1.key }.map { group, versions in
      let listed = versions.sorted { $0.key < $1.key }.map { version, resources in
        #"{"version":"\#(version)","resources":[\#(resources.sorted().joined(separator: ","))]}"#
      }
      return #"{"metadata":{"name":"\#(group)"},"versions":[\#(listed.joined(separator: ","))]}"#
    }
    return .json(
      #"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[\#(items.joined(separator: ","))]}"#)
  }
}
