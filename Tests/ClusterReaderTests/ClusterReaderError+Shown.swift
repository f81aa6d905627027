import ClusterReader

extension ClusterReaderError {
  /// All that any way of printing this error can show, to look for secrets in.
  var shown: String {
    var dumped = ""
    dump(self, to: &dumped)
    let parts = [message, hint ?? "", cause.map { "\($0)" } ?? "", String(describing: self), String(reflecting: self)]
    return (parts + [dumped]).joined(separator: "\n")
  }

  /// The cause as one line for the user.
  var causeText: String? { cause.map { "\($0)" } }
}
