import Foundation

/// A Redis Cluster of our own on 127.0.0.1: nodes without replicas, slots spread evenly over the first of them.
final class RedisCluster: Sendable {
    let nodes: [RedisServer]

    init(_ count: Int, withSlots: Int? = nil) async throws {
        let owners = withSlots ?? count
        var nodes: [RedisServer] = []
        var ports: [Int] = []
        for _ in 0..<count {
            let port = try RedisServer.freePort()
            ports.append(port)
            nodes.append(
                try await RedisServer([
                    "--cluster-enabled", "yes", "--cluster-port", "\(port)", "--cluster-node-timeout", "5000",
                ]))
        }
        self.nodes = nodes
        for (place, node) in nodes.enumerated() {
            if place < owners {
                let first = 16_384 * place / owners
                let last = 16_384 * (place + 1) / owners - 1
                try await node.ask("CLUSTER", "ADDSLOTSRANGE", "\(first)", "\(last)")
            }
            if place > 0 { try await nodes[0].ask("CLUSTER", "MEET", "127.0.0.1", "\(node.port)", "\(ports[place])") }
        }
        for node in nodes {
            for _ in 0..<3_000 {
                let state = try await node.ask("CLUSTER", "INFO")
                if state.contains("cluster_state:ok"), state.contains("cluster_known_nodes:\(count)") { break }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// The address of one; the others are found from there.
    var address: String { self.nodes[0].address }

    /// The connections of a name at all nodes.
    func connections(named name: String) async throws -> [String] {
        var all: [String] = []
        for node in self.nodes { all += try await node.connections(named: name) }
        return all
    }

    /// Gives a slot without keys to another node.
    func move(slot: Int, to place: Int) async throws {
        let identity = try await self.nodes[place].ask("CLUSTER", "MYID").trimmingCharacters(
            in: .whitespacesAndNewlines)
        for node in [self.nodes[place]] + self.nodes {
            try await node.ask("CLUSTER", "SETSLOT", "\(slot)", "NODE", identity)
        }
    }
}
