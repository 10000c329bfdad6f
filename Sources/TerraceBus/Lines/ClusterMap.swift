/// Which node has which slot.
struct ClusterMap: Equatable {
    /// The nodes that have slots.
    var nodes: [RedisAddress]
    /// By slot, the place in `nodes`.
    var owners: [UInt8]
    /// Whether it is a Redis Cluster, with sharded channels; otherwise servers that know nothing of each other.
    var isCluster: Bool

    /// Slots spread evenly over servers that know nothing of each other.
    init(independent nodes: [RedisAddress]) {
        self.nodes = nodes
        self.owners = (0..<HashSlot.count).map { UInt8(truncatingIfNeeded: $0 * nodes.count / HashSlot.count) }
        self.isCluster = false
    }

    /// Reads an answer to `CLUSTER SLOTS`; nil where it makes no sense, or leaves a slot without a node. A node without a name
    /// is the one that was asked.
    init?(_ reply: RedisReply, from asked: RedisAddress) {
        guard case .array(let ranges) = reply, !ranges.isEmpty else { return nil }
        self.nodes = []
        self.owners = Array(repeating: .max, count: HashSlot.count)
        self.isCluster = true
        for range in ranges {
            guard case .array(let parts) = range, parts.count >= 3, let first = parts[0].number,
                let last = parts[1].number, first >= 0, first <= last, last < Int64(HashSlot.count),
                case .array(let node) = parts[2], node.count >= 2, let port = node[1].number,
                (1...65_535).contains(port)
            else { return nil }
            let name = node[0].text ?? ""
            let address = asked.neighbour(host: name.isEmpty || name == "?" ? asked.host : name, port: Int(port))
            var place = self.nodes.firstIndex { $0.hostAndPort == address.hostAndPort }
            if place == nil, self.nodes.count < RedisAddress.most {
                self.nodes.append(address)
                place = self.nodes.count - 1
            }
            guard let place else { return nil }
            for slot in Int(first)...Int(last) { self.owners[slot] = UInt8(truncatingIfNeeded: place) }
        }
        guard !self.owners.contains(.max) else { return nil }
    }
}
