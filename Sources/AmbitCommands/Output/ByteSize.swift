extension Int {
  /// This many bytes, in megabytes with one digit after the point.
  var megabytes: String {
    let tenths = (self + 50_000) / 100_000
    return "\(tenths / 10).\(tenths % 10) MB"
  }
}
