global using BleepStore.Events;
