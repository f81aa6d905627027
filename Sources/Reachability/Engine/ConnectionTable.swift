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

  /// A direction's row with states numbered from 0 on in place of the table's numbers, so that a pair of them
  /// finds its join in an array.
  private struct DenseRow {
    let base: UInt32
    let parts: [(state: UInt32, columns: Bitset)]

    init(_ row: Row, _ states: inout Interner<UInt32>) {
      base = states.number(of: row.base)
      parts = row.parts.map { (states.number(of: $0.state), $0.columns) }
    }
  }

  /// Beyond so many pairs of states, an array for their joins would take more than it saves.
  private static let mostJoins = 1 << 24

  /// Calls `body` with each source and the number of the verdict map of each destination.
  package func forEachSource(_ body: (_ source: Int, _ states: UnsafeBufferPointer<UInt32>) -> Void) {
    guard count > 0 else { return }
    var (sources, destinations) = (Interner<UInt32>(), Interner<UInt32>())
    let egress = egress.map { DenseRow($0, &sources) }
    let ingress = ingress.map { DenseRow($0, &destinations) }
    let width = destinations.elements.count
    let joinCount = sources.elements.count * width
    var joins = [UInt32](repeating: .max, count: joinCount <= ConnectionTable.mostJoins ? joinCount : 0)
    let bases = ingress.map(\.base)
    let size = min(ConnectionTable.blockSize, count)
    var block = [UInt32](repeating: 0, count: size * count)
    var outgoing = [UInt32](repeating: 0, count: count)
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
                  let (from, to) = (outgoing[column], block[line + column])
                  let pair = Int(from) * width + Int(to)
                  var joined = joins.isEmpty ? .max : joins[pair]
                  if joined == .max {
                    joined = engine.table.join(sources[from], destinations[to], .both)
                    if !joins.isEmpty { joins[pair] = joined }
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
