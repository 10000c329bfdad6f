extension RedisLines {
    /// Takes in where slots are. Channels whose node changed move.
    func take(_ map: ClusterMap) {
        self.mapReadAt = self.now
        self.mapDue = map.isCluster ? self.now + 30_000_000_000 : .max
        if self.map == map { return }
        let before = self.placed.count
        self.map = map
        self.placed = map.nodes.map { address in
            if let known = self.nodes.firstIndex(where: { $0.hostAndPort == address.hostAndPort }) { return known }
            self.nodes.append(address)
            self.commandLine.append(-1)
            self.channelLines.append([])
            self.saidFailure.append("")
            return self.nodes.count - 1
        }
        self.tellNodes(map)
        // Whoever goes makes room for whoever comes.
        for node in self.nodes.indices where !self.placed.contains(node) {
            for line in self.lines.indices where self.lines[line].node == node { self.retire(line) }
            self.channelLines[node] = []
            self.commandLine[node] = -1
        }
        // With another number of nodes each has another share of the connections.
        if self.placed.count != before {
            for node in self.nodes.indices {
                for line in self.channelLines[node] { self.retire(line) }
                self.channelLines[node] = []
            }
        }
        self.connectCommands()
        for channel in self.channels.indices where self.channels[channel].isWanted {
            let line = self.channels[channel].line
            let node = self.node(ofSlot: self.channels[channel].slot)
            if line >= 0, self.lines[line].node == node, self.lines[line].phase != .retired { continue }
            self.leave(channel)
            self.assign(channel)
        }
    }

    private func tellNodes(_ map: ClusterMap) {
        let count = map.nodes.count
        if map.isCluster { self.notices.add(.information, "a cluster of \(count) nodes with slots") }
        if count + 1 > self.settings.connections {
            self.notices.add(
                .alarm,
                "\(count) nodes of Redis need \(count + 1) connections, and \(self.settings.connections) are allowed: the books "
                    + "of some nodes are missing. Give the bus \(self.settings.connections - 1) nodes at most")
        }
    }

    /// Makes the lines of commands that are missing and affordable: every node that has channels needs a line of its own too, or,
    /// where books are published, one node does.
    private func connectCommands() {
        let wanted: [Int]
        switch self.reach {
        case .everyNode: wanted = self.placed
        case .slot(let slot):
            let first = self.node(ofSlot: slot).map { [$0] } ?? []
            let all = self.placed.count * 2 <= self.settings.connections
            wanted = all ? first + self.placed.filter { !first.contains($0) } : first
            // A node that was the first, before there were so many.
            for node in self.placed where !wanted.contains(node) && self.commandLine[node] >= 0 {
                self.retire(self.commandLine[node])
                self.commandLine[node] = -1
            }
        }
        for node in wanted where self.commandLine[node] < 0 || self.lines[self.commandLine[node]].phase == .retired {
            // One is left for channels.
            let standing = self.lines.count { $0.phase != .retired }
            guard standing < max(1, self.settings.connections - 1), let line = self.addLine(.commands, node) else {
                return
            }
            self.commandLine[node] = line
            self.connect(line)
        }
    }

    /// Forgets the nodes, and begins again with the addresses that were given: none of the nodes has been reached for long, and
    /// others may have taken their place.
    func startOver() {
        self.notices.add(.warning, "no node of the cluster is reached: asking the configured addresses again")
        for line in self.lines.indices { self.retire(line) }
        for channel in self.channels.indices { self.channels[channel].line = -1 }
        self.map = nil
        self.begin()
    }

    func takeKind(_ reply: RedisReply, _ line: Int) {
        let text = reply.text ?? ""
        if text.contains("cluster_enabled:1") {
            self.ask(line, .slots) { $0.writeCommand("CLUSTER", "SLOTS") }
        } else {
            // The place of the only node so far is that of the address which answered.
            let answered = self.nodes[0]
            self.take(ClusterMap(independent: self.addresses))
            if let node = self.nodes.firstIndex(of: answered), self.lines[line].node == node {
                self.owner?.commandsReady(node)
            }
        }
    }

    func takeSlots(_ reply: RedisReply, _ line: Int) {
        let isFirst = self.map == nil
        let node = self.lines[line].node
        guard let map = ClusterMap(reply, from: self.nodes[node]) else {
            self.notices.add(.warning, "the cluster has slots without a node; asking again")
            self.mapReadAt = self.now
            self.mapDue = self.now + 1_000_000_000
            return
        }
        self.take(map)
        if isFirst, self.lines[line].isReady { self.owner?.commandsReady(node) }
    }

    func readMap() {
        self.mapReadAt = self.now
        self.mapDue = self.now + 1_000_000_000
        let ready = self.lines.indices.filter { self.lines[$0].role == .commands && self.lines[$0].isReady }
        guard !ready.isEmpty else { return }
        let line = ready[Int(truncatingIfNeeded: self.random.next() % UInt64(ready.count))]
        self.ask(line, .slots) { $0.writeCommand("CLUSTER", "SLOTS") }
    }
}
