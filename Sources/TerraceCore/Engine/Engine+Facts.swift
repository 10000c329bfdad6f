extension Engine {
    /// How many facts wait to be taken: what the engine did of itself, in order. Whoever records a run takes them after each
    /// turn and forgets them; where nobody does, those beyond the room for one turn's are dropped.
    public var factCount: Int { self.desk.facts.count }

    /// The fact at `position`, in the order in which they came.
    public func fact(_ position: Int) -> EngineFact { self.desk.facts[position] }

    /// Forgets all facts, keeping the memory.
    public mutating func forgetFacts() { self.desk.facts.removeAll() }
}

extension Desk {
    /// Room for what a strategy more can do between two looks: be seeded, stopped, let go and stopped again.
    mutating func makeRoomForFacts(strategies: Int) {
        self.facts.reserve(4 * strategies + 4 * self.configuration.assetCount + 16)
    }

    /// The engine did something of itself.
    mutating func note(_ fact: EngineFact) {
        if self.facts.count < self.facts.capacity { self.facts.append(fact) }
    }
}
