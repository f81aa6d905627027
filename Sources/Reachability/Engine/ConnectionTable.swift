/// Evaluates all pairs of endpoints, source by source.
///
/// Rows of ingress stand by destination, and what is asked for stands by source: they are turned round in
/// blocks of sources, small enough to stay in the cache.
package struct ConnectionTable {
  private static let blockSize = 512

  private let engine: ReachabilityEngine
  private let count: Int
  private let egress: [Row]
  private let ingress: [Row]

  package init(_ engine: ReachabilityEngine) {
    self.engine = engine
    count = engine.model.endpoints.count
    egress = engine.model.endpoints.indices.map { engine.row($0, .egress) }
    ingress = engine.model.endpoints.indices.map { engine.row($0, .ingress) }
  }

  /// Numbers of a direction's states, dense from 0, so that a pair of them finds its join in an array.
  private struct Numbering {
    private(set) var states: [UInt32] = []
    private var places: [UInt32: UInt16] = [:]

    mutating func place(_ state: UInt32) -> UInt16 {
      if let place = places[state] { return place }
      let place = UInt16(truncatingIfNeeded: states.count)
      states.append(state)
      places[state] = place
      return place
    }
  }

  /// A row with dense numbers in place of the table's.
  private struct DenseRow {
    let base: UInt16
    let parts: [(state: UInt16, columns: Bitset)]

    init(_ row: Row, _ numbering: inout Numbering) {
      base = numbering.place(row.base)
      parts = row.parts.map { (numbering.place($0.state), $0.columns) }
    }
  }

  /// Calls `body` with each source and the number of the verdict map of each destination.
  package func forEachSource(_ body: (_ source: Int, _ states: UnsafeBufferPointer<UInt32>) -> Void) {
    guard count > 0 else { return }
    var (sources, destinations) = (Numbering(), Numbering())
    let egress = egress.map { DenseRow($0, &sources) }
    let ingress = ingress.map { DenseRow($0, &destinations) }
    let width = destinations.states.count
    var joins = [UInt32](repeating: .max, count: sources.states.count * width)
    let bases = ingress.map(\.base)
    let size = min(ConnectionTable.blockSize, count)
    var block = [UInt16](repeating: 0, count: size * count)
    var outgoing = [UInt16](repeating: 0, count: count)
    var states = [UInt32](repeating: 0, count: count)
    for start in stride(from: 0, to: count, by: size) {
      let range = start..<min(start + size, count)
      block.withUnsafeMutableBufferPointer { block in
        for line in 0..<range.count {
          for column in 0..<count { block[line * count + column] = bases[column] }
        }
        for (column, row) in ingress.enumerated() {
          for part in row.parts {
            part.columns.forEach(in: range) { block[($0 - start) * count + column] = part.state }
          }
        }
      }
      for source in range {
        outgoing.withUnsafeMutableBufferPointer { outgoing in
          let row = egress[source]
          outgoing.update(repeating: row.base)
          for part in row.parts { part.columns.forEach(in: 0..<count) { outgoing[$0] = part.state } }
        }
        let line = (source - start) * count
        states.withUnsafeMutableBufferPointer { states in
          block.withUnsafeBufferPointer { block in
            outgoing.withUnsafeBufferPointer { outgoing in
              joins.withUnsafeMutableBufferPointer { joins in
                for column in 0..<count {
                  let (from, to) = (Int(outgoing[column]), Int(block[line + column]))
                  var joined = joins[from * width + to]
                  if joined == .max {
                    joined = engine.table.join(sources.states[from], destinations.states[to], .both)
                    joins[from * width + to] = joined
                  }
                  states[column] = joined
                }
              }
            }
          }
        }
        states.withUnsafeBufferPointer { body(source, $0) }
      }
    }
  }
}
