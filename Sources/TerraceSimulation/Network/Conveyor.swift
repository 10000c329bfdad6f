/// A first-in first-out queue in one array that is reused.
struct Conveyor<Element> {
    private var items: [Element] = []
    private var head = 0

    var isEmpty: Bool { self.head == self.items.count }
    var first: Element? { self.isEmpty ? nil : self.items[self.head] }

    mutating func removeAll() {
        self.items.removeAll(keepingCapacity: true)
        self.head = 0
    }

    mutating func append(_ element: Element) { self.items.append(element) }

    mutating func removeFirst() {
        self.head += 1
        if self.head == self.items.count {
            self.items.removeAll(keepingCapacity: true)
            self.head = 0
        } else if self.head > 1_024, self.head * 2 > self.items.count {
            self.items.removeFirst(self.head)
            self.head = 0
        }
    }
}
