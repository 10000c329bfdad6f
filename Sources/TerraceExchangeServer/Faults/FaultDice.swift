import TerraceSimulation

/// Decides which fault happens when: by the plan and a seed, and by what was asked for on demand, which comes first.
struct FaultDice {
    /// The plan.
    var plan: FaultPlan
    private var random: SeededGenerator
    private var asked = Array(repeating: 0, count: FaultKind.allCases.count)
    /// How often each fault has happened.
    private(set) var happened = Array(repeating: UInt64(0), count: FaultKind.allCases.count)

    init(_ plan: FaultPlan, seed: UInt64) {
        self.plan = plan
        self.random = SeededGenerator(seed: seed ^ 0x5DEE_CE66_D1CE_5EED)
    }

    /// Asks for the next `count` occasions of a fault.
    mutating func ask(_ kind: FaultKind, _ count: Int) {
        self.asked[kind.place] = min(self.asked[kind.place] + max(0, count), 1_000_000)
    }

    /// Whether the fault happens on this occasion.
    mutating func happens(_ kind: FaultKind) -> Bool {
        let place = kind.place
        let chance = self.plan.chance(kind)
        if self.asked[place] > 0 {
            self.asked[place] -= 1
        } else if chance <= 0 || !self.random.chance(chance) {
            return false
        }
        self.happened[place] += 1
        return true
    }

    /// Heads or tails.
    mutating func coin() -> Bool { self.random.chance(0.5) }

    /// How often a fault has happened.
    func count(_ kind: FaultKind) -> UInt64 { self.happened[kind.place] }
}
