/// The answers that a cache keeps, the one that was not asked for longest first to go. Times are nanoseconds of the monotonic clock.
struct CacheTable {
    /// What is kept for a question.
    enum Content {
        case value(any Sendable)
        case failure(DatabaseError)
    }

    private struct Node {
        var key: CacheKey
        var content: Content
        var bytes: Int
        var storedAt: Int64
        var goodUntil: Int64
        var newer = -1
        var older = -1
    }

    let entryLimit: Int
    let byteLimit: Int
    private var places: [CacheKey: Int] = [:]  // Looked up, never walked through.
    private var nodes: [Node?] = []
    private var free: [Int] = []
    private var newest = -1
    private var oldest = -1
    private(set) var bytes = 0
    private(set) var evictions = 0

    /// A table of at most `entryLimit` answers that take `byteLimit` bytes.
    init(entryLimit: Int, byteLimit: Int) {
        self.entryLimit = max(1, entryLimit)
        self.byteLimit = max(0, byteLimit)
    }

    /// How many are kept, those that are no longer good included until somebody asks for them or they are pushed out.
    var count: Int { self.places.count }

    /// What is kept for `key` and still good, with its age. O(1).
    mutating func find(_ key: CacheKey, at now: Int64) -> (content: Content, age: Int64)? {
        guard let place = self.places[key], let node = self.nodes[place] else { return nil }
        if now >= node.goodUntil {
            self.remove(place)
            return nil
        }
        self.unlink(place)
        self.link(place)
        return (node.content, now - node.storedAt)
    }

    /// Keeps `content` until `goodUntil`, and pushes out others for it; nothing is kept of what is larger than all the room. O(1)
    /// for each that goes.
    mutating func insert(_ key: CacheKey, _ content: Content, bytes: Int, at now: Int64, goodUntil: Int64) {
        if let place = self.places[key] { self.remove(place) }
        let bytes = max(0, bytes)
        guard bytes <= self.byteLimit, goodUntil > now else { return }
        while self.count >= self.entryLimit || self.bytes > self.byteLimit - bytes {
            if let node = self.nodes[self.oldest], node.goodUntil > now { self.evictions += 1 }
            self.remove(self.oldest)
        }
        let node = Node(key: key, content: content, bytes: bytes, storedAt: now, goodUntil: goodUntil)
        let place: Int
        if let known = self.free.popLast() {
            place = known
            self.nodes[place] = node
        } else {
            place = self.nodes.count
            self.nodes.append(node)
        }
        self.places[key] = place
        self.bytes += bytes
        self.link(place)
    }

    /// Forgets the answer to one question.
    mutating func remove(key: CacheKey) {
        if let place = self.places[key] { self.remove(place) }
    }

    /// Forgets all answers.
    mutating func removeAll() {
        let evictions = self.evictions
        self = CacheTable(entryLimit: self.entryLimit, byteLimit: self.byteLimit)
        self.evictions = evictions
    }

    private mutating func remove(_ place: Int) {
        guard let node = self.nodes[place] else { return }
        self.unlink(place)
        self.places[node.key] = nil
        self.bytes -= node.bytes
        self.nodes[place] = nil
        self.free.append(place)
    }

    private mutating func link(_ place: Int) {
        self.nodes[place]?.older = self.newest
        self.nodes[place]?.newer = -1
        if self.newest >= 0 { self.nodes[self.newest]?.newer = place }
        self.newest = place
        if self.oldest < 0 { self.oldest = place }
    }

    private mutating func unlink(_ place: Int) {
        guard let node = self.nodes[place] else { return }
        if node.newer >= 0 { self.nodes[node.newer]?.older = node.older } else { self.newest = node.older }
        if node.older >= 0 { self.nodes[node.older]?.newer = node.newer } else { self.oldest = node.newer }
    }
}
