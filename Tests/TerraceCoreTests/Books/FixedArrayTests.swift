import TerraceCore
import Testing

private final class Ledger {
    var alive = 0
}

private struct Token: ~Copyable {
    let ledger: Ledger
    let number: Int

    init(_ ledger: Ledger, _ number: Int) {
        self.ledger = ledger
        self.number = number
        ledger.alive += 1
    }

    deinit { self.ledger.alive -= 1 }
}

@Suite("A fixed array") struct FixedArrayTests {
    @Test("holds what can't be copied, moves it when it grows, and lets go of each element once")
    func owns() {
        let ledger = Ledger()
        do {
            var array = FixedArray<Token>(capacity: 2)
            for number in 0..<10 {
                array.grow(by: 1)
                array.append(Token(ledger, number))
            }
            #expect(array.count == 10 && array.capacity == 16 && ledger.alive == 10)
            let last = array.removeLast()
            let removed = array.swapRemove(3)
            #expect(last.number == 9 && removed.number == 3)
            #expect(array[3].number == 8)
            array.swapRemove(array.count - 1)
            #expect(array.count == 7)
            array.reserve(3)
            #expect(array.capacity == 16)
        }
        #expect(ledger.alive == 0)
    }

    @Test("changes in place")
    func values() {
        var array = FixedArray<Int>()
        array.growAppending(repeating: 7, count: 5)
        array[4] += 1
        #expect(array[4] == 8 && array[0] == 7)
        array.fill(with: 1)
        #expect((0..<5).allSatisfy { array[$0] == 1 })
        array.removeAll()
        #expect(array.isEmpty && array.capacity == 5)
    }

    @Test("stops at an index beyond its elements")
    func checked() async {
        await #expect(processExitsWith: .failure) {
            let array = FixedArray<Int>(capacity: 4)
            _ = array[0]
        }
    }
}
