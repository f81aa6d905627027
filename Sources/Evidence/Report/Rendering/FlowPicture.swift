internal import Controls

/// A map of flows as a matrix: who sends in rows, who receives in columns, those that reach the same together.
struct FlowPicture {
  /// More than so many names cannot be read in a picture.
  private static let mostNames = 200
  private static let longestName = 24

  private let map: FlowMap
  private let order: [Int]

  init(_ map: FlowMap) {
    self.map = map
    let sources = map.groups.flatMap(\.sources)
    order = sources + Set(map.nodes.indices).subtracting(sources).sorted()
  }

  /// Nothing where there is nothing to draw.
  var svg: String {
    guard !map.groups.isEmpty else { return "" }
    let isNamed = order.count <= FlowPicture.mostNames
    let cell = isNamed ? 12 : 3
    let edge = isNamed ? 150 : 4
    let size = edge + order.count * cell
    let column = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    var (certain, conditional) = ("", "")
    for group in map.groups {
      for source in group.sources {
        var marks = [Int](repeating: 0, count: order.count)
        for (grant, destinations) in group.grants {
          for place in destinations.compactMap({ column[$0 == FlowMap.itself ? source : $0] }) {
            marks[place] = max(marks[place], grant.isCertain ? 2 : 1)
          }
        }
        guard let row = column[source] else { continue }
        let y = edge + row * cell + cell / 2
        certain += FlowPicture.runs(of: 2, in: marks, edge: edge, cell: cell, y: y)
        conditional += FlowPicture.runs(of: 1, in: marks, edge: edge, cell: cell, y: y)
      }
    }
    let names = isNamed ? self.names(edge: edge, cell: cell) : ""
    return """
      <svg class=flows width=\(size) height=\(size) viewBox="0 0 \(size) \(size)" role=img aria-label="Matrix of the connections that the table below lists: rows send, columns receive">\
      <path class=grid d="M\(edge) \(edge)H\(size)V\(size)H\(edge)zL\(size) \(size)"/>\(names)\
      <path class=sure stroke-width=\(cell - 1) d="\(certain)"/><path class=maybe stroke-width=\(max(cell / 3, 1)) d="\(conditional)"/></svg>
      """
  }

  private static func runs(of mark: Int, in marks: [Int], edge: Int, cell: Int, y: Int) -> String {
    var path = ""
    var start = 0
    while start < marks.count {
      guard marks[start] == mark else {
        start += 1
        continue
      }
      let end = marks[start...].firstIndex { $0 != mark } ?? marks.count
      path += "M\(edge + start * cell) \(y)h\((end - start) * cell)"
      start = end
    }
    return path
  }

  private func names(edge: Int, cell: Int) -> String {
    var text = ""
    for (index, node) in order.enumerated() {
      let name = map.nodes[node] ?? "outside the cluster"
      let short = name.count > FlowPicture.longestName ? "\(name.prefix(FlowPicture.longestName - 1))…" : name
      let start = edge + index * cell
      text += "<text x=\(edge - 4) y=\(start + cell - 3)>\(HTMLFormat.escaped(short))</text>"
      text += "<text transform=\"translate(\(start + 3) \(edge - 4))rotate(90)\">\(HTMLFormat.escaped(short))</text>"
    }
    return text
  }
}
