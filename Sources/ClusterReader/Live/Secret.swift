/// A credential that no log, error or dump shows.
package struct Secret: Sendable, Hashable {
  private let hidden: String

  package init(_ value: String) { hidden = value }

  /// The value itself: for the request's header and the plugin's environment, nothing else.
  package var revealed: String { hidden }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(hidden)" }
  package var debugDescription: String { "(hidden)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
