extension Reference {
  /// Every packet worth asking about: between all endpoints and the addresses given, on the ports given.
  package func packets(addresses: [String], ports: [Int]) -> [Packet] {
    let ends = endpoints.map { End.endpoint($0.id) } + addresses.compactMap(Address.init).map(End.address)
    return ends.flatMap { source in
      ends.flatMap { destination in
        TransportProtocol.allCases.flatMap { `protocol` in
          ports.map { Packet(from: source, to: destination, `protocol`, $0) }
        }
      }
    }
  }
}
